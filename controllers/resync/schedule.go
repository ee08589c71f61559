// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package resync

import (
	"hash/maphash"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
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

// isDue reports whether all groups are to be fetched now: on demand, at the start of a term, after the interval, and
// after a failure. What was due stays so until it is done.
func (t *term) isDue(app *imv1alpha1.IMApp, now time.Time) bool {
	s := app.Status.Resync
	requested := requestOfApp(app) != "" && (s == nil || s.LastHandledRequest != requestOfApp(app))
	onDemand := intervalOf(app) == 0
	failed := meta.IsStatusConditionFalse(app.Status.Conditions, imv1alpha1.ConditionResynced)
	late := !onDemand && untilDue(app, now) <= time.Second
	t.full = t.full || requested || failed || late || !t.swept && !onDemand
	return t.full
}

// untilNext is the time until there is something to fetch; 0 = nothing is, before something wakes the app.
func (t *term) untilNext(app *imv1alpha1.IMApp, now time.Time) time.Duration {
	next := untilDue(app, now)
	if first := t.next(); !first.IsZero() {
		if left := max(first.Sub(now), time.Millisecond); next == 0 || left < next {
			return left
		}
	}
	return next
}

// untilDue is the time until the next full resync; 0 = only something that wakes the app makes one due.
func untilDue(app *imv1alpha1.IMApp, now time.Time) time.Duration {
	interval := intervalOf(app)
	if interval == 0 {
		return 0
	}
	start := now
	if s := app.Status.Resync; s != nil && s.StartTime != nil {
		start = s.StartTime.Time
	}
	if start.Sub(now) > maxAhead {
		return time.Second
	}
	return max(jitter(app, interval)-now.Sub(start), time.Second)
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
