// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package plugin

import (
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
func (p *plugin) awaitResync(ctx context.Context, k *cluster, app *imv1alpha1.IMApp, request string, timeout time.Duration) error {
	start, bar := p.now(), newProgress(p.screen(), "Resync of "+fullName(app))
	now := &imv1alpha1.IMApp{}
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
		return false, bar.show(now.Status.Resync, begun(now, start))
	})
	bar.end()
	switch {
	case isLate(err):
		return late("the resync of %s has not ended after %s (%s); it may still go on", app.Name, timeout, sofar(now.Status.Resync))
	case err != nil:
		return err
	}
	return p.result(now, p.now().Sub(start))
}

// ended tells whether the request was acted on to its end.
func ended(app *imv1alpha1.IMApp, request string) bool {
	r := app.Status.Resync
	return r != nil && r.LastHandledRequest == request && r.CompletionTime != nil
}

// begun tells whether the progress is that of a resync which runs, and not that of the last one.
func begun(app *imv1alpha1.IMApp, asked time.Time) bool {
	r := app.Status.Resync
	return r != nil && r.CompletionTime == nil && r.StartTime != nil && !r.StartTime.Before(&metav1.Time{Time: asked.Truncate(time.Second)})
}

// result says how a resync ended.
func (p *plugin) result(app *imv1alpha1.IMApp, took time.Duration) error {
	c := meta.FindStatusCondition(app.Status.Conditions, imv1alpha1.ConditionResynced)
	if c == nil || c.Status != metav1.ConditionTrue {
		if c == nil {
			c = &metav1.Condition{Reason: "Unknown", Message: "the IMApp does not say why"}
		}
		return refused("the resync of %s failed: %s: %s", app.Name, c.Reason, c.Message)
	}
	s := p.screen()
	return s.Line("%s %s", s.Paint(screen.Green, "Resynced"), fmt.Sprintf("%s: %s, in %s.", fullName(app), sofar(app.Status.Resync), duration.HumanDuration(took)))
}

// sofar is how many groups are done.
func sofar(r *imv1alpha1.ResyncStatus) string {
	if r == nil || r.GroupsDone == nil {
		return "not begun"
	}
	if r.GroupsTotal == nil {
		return count(int(*r.GroupsDone))
	}
	return fmt.Sprintf("%d of %s", *r.GroupsDone, count(int(*r.GroupsTotal)))
}

func count(n int) string {
	if n == 1 {
		return "1 group"
	}
	return fmt.Sprintf("%d groups", n)
}

// sentence begins with a capital letter and ends with a full stop.
func sentence(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + strings.TrimSuffix(s[1:], ".") + "."
}
