// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"time"

	"k8s.io/apimachinery/pkg/api/equality"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/controllers/inventory"
	"github.com/imgroup-operator/imgroup-operator/internal/apps"
	"github.com/imgroup-operator/imgroup-operator/internal/groupstatus"
)

// How often status.groups and status.lastChangeTime are written at most: they change with every callback. The first few
// groups, and the first change, are written sooner, since somebody looks on.
const (
	countInterval = time.Minute
	countSoon     = 2 * time.Second
)

// count sets the counts if they are due, and returns when to look again.
func (r *Status) count(key apps.Key, app *imv1alpha1.IMApp, report inventory.Report) time.Duration {
	written, interval := app.Status.Groups, countInterval
	if written == nil || *written < inventory.Few {
		interval = countSoon
	}
	r.mu.Lock()
	wait := r.counted[key].Add(interval).Sub(r.Now())
	r.mu.Unlock()
	switch {
	case report.Complete && wait <= 0:
		setCounts(&app.Status, report)
	case report.Complete && (written == nil || int(*written) != report.Groups || app.Status.LastChangeTime == nil && !report.Newest.IsZero()):
		return wait
	}
	return countInterval
}

// setCounts never moves lastChangeTime back: the inventory of a new leader may have seen less.
func setCounts(s *imv1alpha1.IMAppStatus, report inventory.Report) {
	groups := int32(min(report.Groups, 1<<31-1))
	s.Groups = &groups
	if !report.Newest.IsZero() && (s.LastChangeTime == nil || report.Newest.After(s.LastChangeTime.Time)) {
		t := groupstatus.MicroTime(report.Newest.UnixMilli())
		s.LastChangeTime = &t
	}
}

func (r *Status) wrote(key apps.Key, before, after *imv1alpha1.IMApp) {
	if equality.Semantic.DeepEqual(before.Status.Groups, after.Status.Groups) &&
		equality.Semantic.DeepEqual(before.Status.LastChangeTime, after.Status.LastChangeTime) {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.counted[key] = r.Now()
}

func (r *Status) forget(key apps.Key) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.counted, key)
}
