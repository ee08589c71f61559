// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"testing"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/event"
)

// BenchmarkMerged is one change into a cached IMGroup: what group sync does but for the API server's part.
func BenchmarkMerged(b *testing.B) {
	cached := stripped(b)
	app := &imv1alpha1.IMApp{Spec: imv1alpha1.IMAppSpec{SDKAppID: appID}}
	change := event.Event{Count: 1, State: event.NewState(event.Changed, at(1670574415000), values("notification", "Maintenance at 23:00", "type", "Public"))}
	b.ReportAllocs()
	for b.Loop() {
		merged(app, cached.DeepCopy(), change, true)
	}
}

// BenchmarkNews is what a resync does with each group that has not changed.
func BenchmarkNews(b *testing.B) {
	cached := stripped(b)
	seen := event.NewState(event.Changed, byREST(1670574420000), values("name", "group 1", "notification", "Maintenance at 22:00", "type", "Public"))
	b.ReportAllocs()
	for b.Loop() {
		if n := news(stateOf(&cached.Status, appID), seen, true); len(n.Registers) > 0 {
			b.Fatal(n)
		}
	}
}

func stripped(b *testing.B) *imv1alpha1.IMGroup {
	b.Helper()
	g, err := strip(received(b, 1))
	if err != nil {
		b.Fatal(err)
	}
	return g.(*imv1alpha1.IMGroup)
}
