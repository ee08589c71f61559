// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package groupstatus

import (
	"testing"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/event"
)

func TestANewLeaderLooksAtWhatIsNotSettled(t *testing.T) {
	app := &imv1alpha1.IMApp{Spec: imv1alpha1.IMAppSpec{SDKAppID: appID}}
	group := func(appFound bool, edit ...func(*imv1alpha1.IMGroup)) *imv1alpha1.IMGroup {
		g := created("a")
		g.Generation = 1
		state := event.NewState(event.Changed, at(1), values("name", "ops"))
		SetState(&g.Status, appID, state, nil)
		SetConditions(g, state, appFound)
		for _, f := range edit {
			f(g)
		}
		return g
	}
	for _, c := range []struct {
		why   string
		group *imv1alpha1.IMGroup
		app   *imv1alpha1.IMApp
		want  bool
	}{
		{"all is well", group(true), app, true},
		{"it was never looked at", created("a"), app, false},
		{"its spec is newer", group(true, func(g *imv1alpha1.IMGroup) { g.Generation = 2 }), app, false},
		{"its IMApp went", group(true), nil, false},
		{"its IMApp is known to be missing", group(false), nil, true},
		{"its IMApp came", group(false), app, false},
		{"its IMApp is of another application", group(true, func(g *imv1alpha1.IMGroup) { g.Status.SDKAppID++ }), app, false},
	} {
		t.Run(c.why, func(t *testing.T) {
			if got := IsSettled(c.group, c.app); got != c.want {
				t.Errorf("settled = %t, want %t", got, c.want)
			}
		})
	}
}
