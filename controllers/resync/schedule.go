// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package resync

import (
	"context"
	"errors"
	"fmt"
	"hash/maphash"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/event"
	"github.com/imgroup-operator/imgroup-operator/internal/groupstatus"
	"github.com/imgroup-operator/imgroup-operator/internal/imcloud"
	"github.com/imgroup-operator/imgroup-operator/internal/kube"
)

const (
	defaultResyncInterval = 21600 * time.Second // the CRD's default
	jitterShare           = 10                  // of an interval, to either side
	maxAhead              = time.Minute         // a start that is more ahead is of a clock that was wrong
)

// seed of the hashes of this process.
var seed = maphash.MakeSeed()

// requestOfApp is the value of the annotation that asks for a resync, as status.resync repeats it.
func requestOfApp(app *imv1alpha1.IMApp) string {
	request := []rune(app.Annotations[imv1alpha1.AnnotationResyncRequestedAt])
	return string(request[:min(len(request), imv1alpha1.MaxResyncRequestLength)])
}

// intervalOf is the time between two resyncs of an IMApp with spec.rest; 0 = on demand only.
func intervalOf(app *imv1alpha1.IMApp) time.Duration {
	if s := app.Spec.Rest.ResyncIntervalSeconds; s != nil {
		return time.Duration(*s) * time.Second
	}
	return defaultResyncInterval
}

// untilDue is the time until the next full resync; 0 = only something that wakes the app makes one due.
func (r *Controller) untilDue(app *imv1alpha1.IMApp) time.Duration {
	interval := intervalOf(app)
	if interval == 0 {
		return 0
	}
	start := r.Now()
	if s := app.Status.Resync; s != nil && s.StartTime != nil {
		start = s.StartTime.Time
	}
	if start.Sub(r.Now()) > maxAhead {
		return time.Second
	}
	return max(jitter(app, interval)-r.Now().Sub(start), time.Second)
}

// jitter moves an interval by up to a tenth, other for each app and each start, so that apps do not move in step.
func jitter(app *imv1alpha1.IMApp, interval time.Duration) time.Duration {
	of := string(app.UID)
	if s := app.Status.Resync; s != nil && s.StartTime != nil {
		of += s.StartTime.String()
	}
	share := float64(maphash.String(seed, of)) / (1 << 64)
	return interval - interval/jitterShare + time.Duration(share*float64(2*interval/jitterShare))
}

// isDue reports whether all groups are to be fetched now: on demand, at the start of a term, after the interval, and
// after a failure. What was due stays so until it is done.
func (r *Controller) isDue(app *imv1alpha1.IMApp) (due bool) {
	s := app.Status.Resync
	requested := requestOfApp(app) != "" && (s == nil || s.LastHandledRequest != requestOfApp(app))
	onDemand := intervalOf(app) == 0
	failed := meta.IsStatusConditionFalse(app.Status.Conditions, imv1alpha1.ConditionResynced)
	late := !onDemand && r.untilDue(app) <= time.Second
	r.with(kube.AppKey(app), func(s *appState) {
		s.full = s.full || requested || failed || late || !s.swept && !onDemand
		due = s.full
	})
	return due
}

// causeOf names what a try depends on.
func causeOf(app *imv1alpha1.IMApp, secret secretKey) string {
	return fmt.Sprint(app.UID, " ", app.Generation, " ", secret.version, " ", requestOfApp(app))
}

func (r *Controller) pausedFor(app *imv1alpha1.IMApp, cause string) (left time.Duration) {
	r.with(kube.AppKey(app), func(s *appState) {
		if s.pause.cause == cause {
			left = s.pause.until.Sub(r.Now())
		}
	})
	return left
}

// pauseAfter decides when a failed app is tried again.
func (r *Controller) pauseAfter(app *imv1alpha1.IMApp, cause string, fault error) time.Duration {
	wait := r.backoff.When(kube.AppKey(app))
	var limited *imcloud.BackOffError
	var configuration *imcloud.ConfigurationError
	var ours *imcloud.RequestError
	var local *localFault
	switch {
	case errors.As(fault, &limited):
		wait = max(wait, limited.Wait)
	case errors.As(fault, &configuration), errors.As(fault, &ours), errors.As(fault, &local):
		wait = configurationRetry
	}
	r.with(kube.AppKey(app), func(s *appState) { s.pause = pause{until: r.Now().Add(wait), cause: cause} })
	return wait
}

// askForUnknown makes the leader ask once in its term for the declared groups of which nothing is known, where no full
// resync would.
func (r *Controller) askForUnknown(ctx context.Context, app *imv1alpha1.IMApp) error {
	asked := false
	r.with(kube.AppKey(app), func(s *appState) { asked = s.swept })
	if asked || r.isDue(app) {
		return nil
	}
	err := kube.EachGroup(ctx, r.Client, kube.AppKey(app), func(g *imv1alpha1.IMGroup) {
		if groupstatus.IsUnknown(g) {
			r.Want(event.Key{Namespace: g.Namespace, App: app.Name, GroupID: g.Spec.GroupID})
		}
	})
	if err != nil {
		return fmt.Errorf("listing IMGroups: %w", err)
	}
	r.with(kube.AppKey(app), func(s *appState) { s.swept = true })
	return nil
}
