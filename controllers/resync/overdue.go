// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package resync

import (
	"math"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/apps"
)

// dueTimes are when the next complete resyncs are due, by the intervals of the IMApps. Every replica knows them, so that
// they tell of a missing leader too.
type dueTimes struct {
	mu  sync.Mutex
	all map[apps.Key]time.Time
}

// note takes what an IMApp is now; one that is gone has no spec.rest.
func (d *dueTimes) note(key apps.Key, app *imv1alpha1.IMApp) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if due := dueOf(app); !due.IsZero() {
		if d.all == nil {
			d.all = map[apps.Key]time.Time{}
		}
		d.all[key] = due
		return
	}
	delete(d.all, key)
}

// first is the earliest of them in seconds since 1970, or +Inf.
func (d *dueTimes) first() float64 {
	d.mu.Lock()
	defer d.mu.Unlock()
	first := math.Inf(1)
	for _, due := range d.all {
		first = min(first, float64(due.Unix()))
	}
	return first
}

// dueOf is when an IMApp's next resync begins at the latest; zero = it has no interval.
func dueOf(app *imv1alpha1.IMApp) (due time.Time) {
	if app.Spec.Rest == nil || app.Spec.Suspend || !app.DeletionTimestamp.IsZero() {
		return due
	}
	if interval := intervalOf(app); interval > 0 {
		due = lastComplete(app).Add(interval + interval/jitterShare)
	}
	return due
}

// lastComplete is the start of the newest complete resync, or else the IMApp's creation. One that found no group has not
// set the watermark.
func lastComplete(app *imv1alpha1.IMApp) time.Time {
	last := app.CreationTimestamp.Time
	s := app.Status.Resync
	if s == nil {
		return last
	}
	if s.Watermark != nil {
		last = s.Watermark.Time
	}
	complete := s.StartTime != nil && s.CompletionTime != nil && meta.IsStatusConditionTrue(app.Status.Conditions, imv1alpha1.ConditionResynced)
	if complete && s.StartTime.After(last) {
		last = s.StartTime.Time
	}
	return last
}
