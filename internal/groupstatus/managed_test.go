// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package groupstatus

import (
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/event"
)

func TestManagedFieldsAreUnusedWhereNobodyApplies(t *testing.T) {
	entry := func(operation metav1.ManagedFieldsOperationType) metav1.ManagedFieldsEntry {
		return metav1.ManagedFieldsEntry{Manager: "m", Operation: operation, FieldsV1: metav1.NewFieldsV1(`{}`)}
	}
	updated, applied := entry(metav1.ManagedFieldsOperationUpdate), entry(metav1.ManagedFieldsOperationApply)
	for _, c := range []struct {
		why  string
		edit func(*imv1alpha1.IMGroup)
		want bool
	}{
		{"as it was created and written", func(*imv1alpha1.IMGroup) {}, true},
		{"none", func(g *imv1alpha1.IMGroup) { g.ManagedFields = nil }, false},
		{"somebody applies", func(g *imv1alpha1.IMGroup) { g.ManagedFields = append(g.ManagedFields, applied) }, false},
		{"no status yet", func(g *imv1alpha1.IMGroup) { g.Status.ObservedGeneration = -1 }, false},
		{"declared", func(g *imv1alpha1.IMGroup) { g.Labels = nil }, false},
		{"under another name", func(g *imv1alpha1.IMGroup) { g.Name = "other" }, false},
		{"being deleted", func(g *imv1alpha1.IMGroup) { g.DeletionTimestamp = &metav1.Time{Time: time.Unix(1, 0)} }, false},
	} {
		g := created("g")
		g.Generation, g.ManagedFields = 1, []metav1.ManagedFieldsEntry{updated, updated}
		Merge(g, appID, event.NewState(event.Changed, at(1), values("name", "ops")), false)
		c.edit(g)
		for range 2 { // as the API server shows it, and as the cache does
			if got := HasUnusedManagedFields(g); got != c.want {
				t.Errorf("%s: %t, want %t", c.why, got, c.want)
			}
			if Compact(g); len(g.ManagedFields) > 1 {
				t.Errorf("%s: the cache has %d entries", c.why, len(g.ManagedFields))
			}
		}
		g.ManagedFields = []metav1.ManagedFieldsEntry{updated}
		if CompactUntracked(g); HasUnusedManagedFields(g) {
			t.Errorf("%s: a cache without a trace of them shows them", c.why)
		}
	}
}
