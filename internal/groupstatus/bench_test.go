// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package groupstatus

import (
	"testing"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/event"
)

// BenchmarkMerge is one change into a cached IMGroup: what group sync does but for the API server's part.
func BenchmarkMerge(b *testing.B) {
	cached := compacted(b)
	change := event.NewState(event.Changed, at(1670574415000), values("notification", "Maintenance at 23:00", "type", "Public"))
	b.ReportAllocs()
	for b.Loop() {
		Merge(cached.DeepCopy(), appID, change, true)
	}
}

// BenchmarkDifference is what a resync does with each group that has not changed.
func BenchmarkDifference(b *testing.B) {
	cached := compacted(b)
	seen := event.NewState(event.Changed, byREST(1670574420000), values("name", "group 1", "notification", "Maintenance at 22:00", "type", "Public"))
	b.ReportAllocs()
	for b.Loop() {
		if n := Difference(State(&cached.Status, appID), seen, true); len(n.Registers) > 0 {
			b.Fatal(n)
		}
	}
}

func compacted(b *testing.B) *imv1alpha1.IMGroup {
	b.Helper()
	g := received(b, 1)
	Compact(g)
	return g
}
