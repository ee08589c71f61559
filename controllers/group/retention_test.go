// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package group

import (
	"errors"
	"testing"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/groupstatus"
)

func TestAnIMGroupIsDeletedInOneCaseOnly(t *testing.T) {
	hour := int32(3600)
	kept := with(imv1alpha1.IMAppGroups{DestroyedRetentionSeconds: &hour})
	ended := func(before time.Duration, edit ...func(*imv1alpha1.IMGroup)) *imv1alpha1.IMGroup {
		g := created("g")
		if before >= 0 {
			at := groupstatus.MicroTime(noon.Add(-before).UnixMilli())
			g.Status.DestroyedTime = &at
		}
		for _, f := range edit {
			f(g)
		}
		return g
	}
	unmanaged := func(g *imv1alpha1.IMGroup) { delete(g.Labels, imv1alpha1.LabelManagedBy) }
	unlabelled := func(g *imv1alpha1.IMGroup) { delete(g.Labels, imv1alpha1.LabelApp) }
	renamed := func(g *imv1alpha1.IMGroup) { g.Name = "mine" }
	for _, c := range []struct {
		why   string
		app   *imv1alpha1.IMApp
		group *imv1alpha1.IMGroup
		left  time.Duration
		gone  bool
	}{
		{"its time has come", theApp(kept), ended(time.Hour), 0, true},
		{"its time will come", theApp(kept), ended(time.Minute), 59 * time.Minute, false},
		{"its group lives", theApp(kept), ended(-1), 0, false},
		{"kept for ever", theApp(), ended(time.Hour), 0, false},
		{"declared, for it lacks a label", theApp(kept), ended(time.Hour, unmanaged), 0, false},
		{"declared, for it lacks the other", theApp(kept), ended(time.Hour, unlabelled), 0, false},
		{"declared, for it has a name of its own", theApp(kept), ended(time.Hour, renamed), 0, false},
	} {
		t.Run(c.why, func(t *testing.T) {
			w := newWorld(t, c.group)
			groups := w.list()
			left, err := retention{client: w.api, now: func() time.Time { return noon }}.expire(t.Context(), c.app, groups)
			if err != nil || left != c.left {
				t.Errorf("%s are left, %v; want %s", left, err, c.left)
			}
			if gone := len(w.list()) == 0; gone != c.gone {
				t.Errorf("deleted: %t", gone)
			}
		})
	}
}

// An IMGroup that has changed since it was read may be of a group that lives again.
func TestAnIMGroupIsDeletedAsItWasSeen(t *testing.T) {
	g := created("g")
	at := groupstatus.MicroTime(noon.UnixMilli())
	g.Status.DestroyedTime = &at
	second := int32(1)
	app := theApp(with(imv1alpha1.IMAppGroups{DestroyedRetentionSeconds: &second}))
	w := newWorld(t, g)
	seen := w.list()
	w.clock.step(time.Hour)
	changed := seen[0].DeepCopy()
	changed.Annotations = map[string]string{"a": "b"}
	if err := w.api.Update(t.Context(), changed); err != nil {
		t.Fatal(err)
	}
	if _, err := w.retention.expire(t.Context(), app, seen); err == nil || len(w.list()) != 1 {
		t.Errorf("%v; want it refused, and the next look to see what has changed", err)
	}
	if err := w.api.Delete(t.Context(), changed); err != nil {
		t.Fatal(err)
	}
	if _, err := w.retention.expire(t.Context(), app, seen); err != nil {
		t.Errorf("%v; one that is gone needs nothing", err)
	}
}

// list returns the IMGroups that the API server has.
func (w *world) list() []imv1alpha1.IMGroup {
	w.t.Helper()
	var list imv1alpha1.IMGroupList
	if err := w.api.List(w.t.Context(), &list, client.InNamespace("ns")); err != nil {
		w.t.Fatal(errors.Join(errors.New("listing"), err))
	}
	return list.Items
}
