// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package plugin

import (
	"cmp"
	"context"
	"fmt"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/duration"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/screen"
)

// awaitResync shows how far a resync is until the IMApp says that it has ended.
func (p *plugin) awaitResync(ctx context.Context, k *cluster, app *imv1alpha1.IMApp, r *resyncResult, o *resyncOptions) error {
	start, bar, timeout := p.now(), newProgress(screen.Of(p.ErrOut), "Resync of "+fullName(app)), cmp.Or(o.timeout, appTimeout)
	now, request := app.DeepCopy(), r.Request
	err := p.await(ctx, lookEvery, timeout, func(ctx context.Context) (bool, error) {
		if err := k.Get(ctx, client.ObjectKeyFromObject(app), now); err != nil {
			return false, err
		}
		if now.UID != app.UID {
			return false, refused("the IMApp %s was deleted and made anew meanwhile", app.Name)
		}
		if ended(now, request) {
			return true, nil
		}
		request = cmp.Or(requestOf(now), request)
		if err := canResync(now); err != nil {
			return false, err
		}
		return false, bar.show(now.Status.Resync, begun(now, app))
	})
	bar.end()
	switch {
	case err == nil:
		err = r.ended(now)
	case isLate(err):
		err = r.late(now, begun(now, app), timeout)
	default:
		r.Outcome = outcomeOf(err)
	}
	return p.conclude(r, o, err, func() error { return p.printResynced(now, p.now().Sub(start)) })
}

// ended notes how a resync ended, and returns an error if it failed.
func (r *resyncResult) ended(app *imv1alpha1.IMApp) error {
	r.Outcome, r.GroupsDone, r.GroupsTotal = outcomeCompleted, app.Status.Resync.GroupsDone, app.Status.Resync.GroupsTotal
	err := failed(app)
	if err != nil {
		r.Outcome = outcomeFailed
	}
	return err
}

// late notes that nobody waits any longer, and returns the error that says so.
func (r *resyncResult) late(app *imv1alpha1.IMApp, begun bool, timeout time.Duration) error {
	r.Outcome = outcomeTimedOut
	if !begun {
		return late("the resync of %s has not begun after %s: does the operator run, and serve the namespace?", app.Name, timeout)
	}
	r.GroupsDone, r.GroupsTotal = app.Status.Resync.GroupsDone, app.Status.Resync.GroupsTotal
	return late("the resync of %s has not ended after %s (%s); it may still go on", app.Name, timeout, sofar(app.Status.Resync))
}

// requestOf is the request that an IMApp has now, as its status repeats it. Somebody else's, which is newer than the own
// one, is waited for in its place: the own one may never be seen.
func requestOf(app *imv1alpha1.IMApp) string {
	request := []rune(app.Annotations[imv1alpha1.AnnotationResyncRequestedAt])
	return string(request[:min(len(request), imv1alpha1.MaxResyncRequestLength)])
}

// ended tells whether the request was acted on to its end.
func ended(app *imv1alpha1.IMApp, request string) bool {
	r := app.Status.Resync
	return r != nil && r.LastHandledRequest == request && r.CompletionTime != nil
}

// begun tells whether the progress is that of a resync which runs, and not that of one from before it was asked for.
func begun(now, asked *imv1alpha1.IMApp) bool {
	r, before := now.Status.Resync, asked.Status.Resync
	return r != nil && r.CompletionTime == nil && r.StartTime != nil && (before == nil || !r.StartTime.Equal(before.StartTime))
}

// failed is why a resync that has ended is not complete.
func failed(app *imv1alpha1.IMApp) error {
	c := meta.FindStatusCondition(app.Status.Conditions, imv1alpha1.ConditionResynced)
	switch {
	case c == nil:
		return refused("the resync of %s failed, and the IMApp does not say why", app.Name)
	case c.Status != metav1.ConditionTrue:
		return refused("the resync of %s failed: %s: %s", app.Name, c.Reason, c.Message)
	}
	return nil
}

// printResynced says how a complete resync went.
func (p *plugin) printResynced(app *imv1alpha1.IMApp, took time.Duration) error {
	s := p.screen()
	return s.Line("%s %s", s.Paint(screen.Green, "Resynced"), fmt.Sprintf("%s: %s, in %s.", fullName(app), sofar(app.Status.Resync), duration.HumanDuration(took)))
}

// sofar is how many groups are done.
func sofar(r *imv1alpha1.ResyncStatus) string {
	if r == nil || r.GroupsDone == nil {
		return "not begun"
	}
	if r.GroupsTotal == nil {
		return count(int(*r.GroupsDone), "group")
	}
	return fmt.Sprintf("%d of %s", *r.GroupsDone, count(int(*r.GroupsTotal), "group"))
}

func count(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprint(n, " ", what)
}

// sentence begins with a capital letter and ends with a full stop.
func sentence(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + strings.TrimSuffix(s[1:], ".") + "."
}
