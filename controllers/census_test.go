// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/apps"
	"github.com/imgroup-operator/imgroup-operator/internal/event"
)

var chat = apps.Key{Namespace: "ns", Name: "chat"}

func created(id string) *imv1alpha1.IMGroup {
	return newGroup(&imv1alpha1.IMApp{ObjectMeta: metav1.ObjectMeta{Name: "chat"}}, event.Key{Namespace: "ns", App: "chat", GroupID: id})
}

func TestTheCensusKeepsTheLimitAcrossCreationsThatTheWatchHasNotShown(t *testing.T) {
	c := newCensus()
	c.added(created("a"))
	name := func(id string) types.NamespacedName {
		return types.NamespacedName{Namespace: "ns", Name: created(id).Name}
	}
	if !c.reserve(name("b"), "chat", 2) || c.reserve(name("c"), "chat", 2) {
		t.Fatal("of two places one is left")
	}
	if !c.reserve(name("b"), "chat", 2) {
		t.Error("a creation that is tried again keeps its place")
	}
	c.added(created("b"))
	if c.reserve(name("c"), "chat", 2) {
		t.Error("what the watch shows takes the place that was reserved")
	}
	c.removed(created("a"))
	if !c.reserve(name("c"), "chat", 2) {
		t.Error("a deletion makes room")
	}
	c.release(name("c"), "chat")
	if !c.reserve(name("d"), "chat", 2) {
		t.Error("a creation that failed gives its place back")
	}
}

func TestDeclaredIMGroupsDoNotCountAgainstTheLimit(t *testing.T) {
	c := newCensus()
	for i := range 5 {
		g := created(fmt.Sprint(i))
		g.Labels = nil
		c.added(g)
	}
	if diff := cmp.Diff(report{groups: 5}, c.report(chat), cmp.AllowUnexported(report{})); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestTheCensusKnowsTheNewestChangeAndTheConflicts(t *testing.T) {
	c := newCensus()
	old := created("a")
	c.added(old)
	now := old.DeepCopy()
	now.Status.LastChange = &imv1alpha1.LastChange{EventTime: microTime(5000)}
	setCondition(&now.Status.Conditions, 1, condition(imv1alpha1.ConditionReady, metav1.ConditionFalse, imv1alpha1.ReasonNameConflict, "m"))
	c.changed(old, now)
	want := report{groups: 1, created: 1, newest: time.UnixMilli(5000).UTC(), conflicts: []string{now.Name}}
	if diff := cmp.Diff(want, c.report(chat), cmp.AllowUnexported(report{})); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	c.removed(now)
	if len(c.apps) != 0 {
		t.Error("an app without IMGroups must not stay in memory")
	}
}

func TestTheCensusNamesTheAppsToLookAt(t *testing.T) {
	known := map[apps.Key]*imv1alpha1.IMApp{chat: {Spec: imv1alpha1.IMAppSpec{SDKAppID: appID}}}
	group := created("a")
	state := event.NewState(event.Changed, at(1), values("name", "ops"))
	setState(&group.Status, appID, state, nil)
	setGroupConditions(group, state, true)
	c := newCensus()
	c.added(group)
	if got := c.unsettled(known); len(got) != 0 {
		t.Errorf("all is settled, yet it names %v", got)
	}
	if got := c.unsettled(nil); len(got) != 1 {
		t.Error("an app that is missing must be named")
	}
	other := group.DeepCopy()
	other.Status.SDKAppID++
	c.changed(group, other)
	if got := c.unsettled(known); len(got) != 1 {
		t.Error("an app with a status of another application must be named")
	}
	c.changed(other, group)
	c.added(created("b"))
	if got := c.unsettled(known); len(got) != 1 {
		t.Error("an app with an IMGroup that nobody has looked at must be named")
	}
	c.removed(created("b"))
	if got := c.unsettled(known); len(got) != 0 {
		t.Errorf("all is settled again, yet it names %v", got)
	}
}

func TestTheCensusTellsWhenTheConflictsOfAnAppChange(t *testing.T) {
	c := newCensus()
	var told []apps.Key
	c.conflicted = func(app apps.Key) { told = append(told, app) }
	fine := created("a")
	conflicting := fine.DeepCopy()
	setCondition(&conflicting.Status.Conditions, 1, condition(imv1alpha1.ConditionReady, metav1.ConditionFalse, imv1alpha1.ReasonNameConflict, "m"))
	c.added(fine)
	c.changed(fine, conflicting)
	c.changed(conflicting, conflicting)
	c.removed(conflicting)
	if diff := cmp.Diff([]apps.Key{chat, chat}, told); diff != "" {
		t.Errorf("once when it comes and once when it goes (-want +got):\n%s", diff)
	}
}

func TestTheCensusReportsWhatIsBeingCreated(t *testing.T) {
	c := newCensus()
	c.added(created("a"))
	c.reserve(types.NamespacedName{Namespace: "ns", Name: created("b").Name}, "chat", 2)
	if got := c.report(chat).created; got != 2 {
		t.Errorf("%d created, want 2: the limit of 2 is reached", got)
	}
}
