// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package resync

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/duration"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/cli"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/cluster"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/exit"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/screen"
)

// app asks for a resync of an IMApp.
func (a *asker) app(ctx context.Context, name string) error {
	app, err := a.cluster.App(ctx, name)
	if err != nil {
		return err
	}
	if err := canResync(app); err != nil {
		return err
	}
	request, err := a.ask(ctx, app)
	if err != nil {
		return err
	}
	r := &result{Kind: "IMApp", Namespace: app.Namespace, Name: app.Name, Request: request, Outcome: outcomeAsked}
	if !a.wait {
		return a.conclude(r, nil, func() error { return a.Screen().Line("A resync of the IMApp %s is asked for.", cluster.FullName(app)) })
	}
	return a.awaitEnd(ctx, app, r)
}

// awaitEnd shows how far a resync is until the IMApp says that it has ended.
func (a *asker) awaitEnd(ctx context.Context, app *imv1alpha1.IMApp, r *result) error {
	start, bar, timeout := a.Now(), newProgress(screen.Of(a.ErrOut), "Resync of "+cluster.FullName(app)), cmp.Or(a.timeout, appTimeout)
	now, request := app.DeepCopy(), r.Request
	err := a.Await(ctx, lookEvery, timeout, func(ctx context.Context) (bool, error) {
		if err := a.cluster.Get(ctx, client.ObjectKeyFromObject(app), now); err != nil {
			return false, err
		}
		if now.UID != app.UID {
			return false, exit.Refused("the IMApp %s was recreated meanwhile", app.Name)
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
	case cli.IsLate(err):
		err = r.late(now, begun(now, app), timeout)
	default:
		r.Outcome = outcomeOf(err)
	}
	return a.conclude(r, err, func() error { return a.printResynced(now, a.Now().Sub(start)) })
}

// ended notes how a resync ended, and returns an error if it failed.
func (r *result) ended(app *imv1alpha1.IMApp) error {
	r.Outcome, r.GroupsDone, r.GroupsTotal = outcomeCompleted, app.Status.Resync.GroupsDone, app.Status.Resync.GroupsTotal
	err := failed(app)
	if err != nil {
		r.Outcome = outcomeFailed
	}
	return err
}

// late notes that nobody waits any longer, and returns the error that says so.
func (r *result) late(app *imv1alpha1.IMApp, begun bool, timeout time.Duration) error {
	r.Outcome = outcomeTimedOut
	if !begun {
		return exit.TimedOut("the resync of %s has not begun after %s: does the operator run, and serve the namespace?", app.Name, timeout)
	}
	r.GroupsDone, r.GroupsTotal = app.Status.Resync.GroupsDone, app.Status.Resync.GroupsTotal
	return exit.TimedOut("the resync of %s has not ended after %s (%s); it may still go on", app.Name, timeout, sofar(app.Status.Resync))
}

// requestOf is the request that an IMApp has now, as its status repeats it. Somebody else's, which is newer than the own
// one, is waited for in its place: the own one may never be seen.
func requestOf(app *imv1alpha1.IMApp) string {
	request := []rune(app.Annotations[imv1alpha1.AnnotationResyncRequestedAt])
	return string(request[:min(len(request), imv1alpha1.MaxResyncRequestLength)])
}

// ended reports whether the request was acted on to its end.
func ended(app *imv1alpha1.IMApp, request string) bool {
	r := app.Status.Resync
	return r != nil && r.LastHandledRequest == request && r.CompletionTime != nil
}

// begun reports whether the progress is that of a resync which runs, and not that of one from before it was asked for.
func begun(now, asked *imv1alpha1.IMApp) bool {
	r, before := now.Status.Resync, asked.Status.Resync
	return r != nil && r.CompletionTime == nil && r.StartTime != nil && (before == nil || !r.StartTime.Equal(before.StartTime))
}

// failed is why a resync that has ended is not complete.
func failed(app *imv1alpha1.IMApp) error {
	c := meta.FindStatusCondition(app.Status.Conditions, imv1alpha1.ConditionResynced)
	switch {
	case c == nil:
		return exit.Refused("the resync of %s failed, and the IMApp does not say why", app.Name)
	case c.Status != metav1.ConditionTrue:
		return exit.Refused("the resync of %s failed: %s: %s", app.Name, c.Reason, c.Message)
	}
	return nil
}

// printResynced says how a complete resync went.
func (a *asker) printResynced(app *imv1alpha1.IMApp, took time.Duration) error {
	s := a.Screen()
	return s.Line("%s %s", s.Paint(screen.Green, "Resynced"), fmt.Sprintf("%s: %s, in %s.", cluster.FullName(app), sofar(app.Status.Resync), duration.HumanDuration(took)))
}
