// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package inventory

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/apps"
	"github.com/imgroup-operator/imgroup-operator/internal/conditions"
	"github.com/imgroup-operator/imgroup-operator/internal/event"
	"github.com/imgroup-operator/imgroup-operator/internal/groupstatus"
)

const appID = 1400000000

var chat = apps.Key{Namespace: "ns", Name: "chat"}

func created(id string) *imv1alpha1.IMGroup {
	return &imv1alpha1.IMGroup{
		ObjectMeta: metav1.ObjectMeta{Namespace: "ns", Name: groupstatus.Name("chat", id),
			Labels: map[string]string{imv1alpha1.LabelApp: "chat", imv1alpha1.LabelManagedBy: imv1alpha1.ManagedByValue}},
		Spec: imv1alpha1.IMGroupSpec{AppRef: imv1alpha1.AppReference{Name: "chat"}, GroupID: id},
	}
}

func TestTheInventoryKeepsTheLimitAcrossCreationsThatTheWatchHasNotShown(t *testing.T) {
	c := New(func(apps.Key) {})
	c.Added(created("a"))
	name := func(id string) types.NamespacedName {
		return types.NamespacedName{Namespace: "ns", Name: created(id).Name}
	}
	if !c.Reserve(name("b"), "chat", 2) || c.Reserve(name("c"), "chat", 2) {
		t.Fatal("of two places one is left")
	}
	if !c.Reserve(name("b"), "chat", 2) {
		t.Error("a creation that is tried again keeps its place")
	}
	c.Added(created("b"))
	if c.Reserve(name("c"), "chat", 2) {
		t.Error("what the watch shows takes the place that was reserved")
	}
	c.Removed(created("a"))
	if !c.Reserve(name("c"), "chat", 2) {
		t.Error("a deletion makes room")
	}
	c.Release(name("c"), "chat")
	if !c.Reserve(name("d"), "chat", 2) {
		t.Error("a creation that failed gives its place back")
	}
}

func TestDeclaredIMGroupsDoNotCountAgainstTheLimit(t *testing.T) {
	c := New(func(apps.Key) {})
	for i := range 5 {
		g := created(fmt.Sprint(i))
		g.Labels = nil
		c.Added(g)
	}
	if diff := cmp.Diff(Report{Groups: 5}, c.Report(chat)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestTheInventoryKnowsTheNewestChangeAndTheConflicts(t *testing.T) {
	c := New(func(apps.Key) {})
	old := created("a")
	c.Added(old)
	now := old.DeepCopy()
	now.Status.LastChange = &imv1alpha1.LastChange{EventTime: groupstatus.MicroTime(5000)}
	conditions.Set(&now.Status.Conditions, 1, conditions.New(imv1alpha1.ConditionReady, metav1.ConditionFalse, imv1alpha1.ReasonNameConflict, "m"))
	c.Changed(old, now)
	want := Report{Groups: 1, Created: 1, Newest: time.UnixMilli(5000).UTC(), Conflicts: []string{now.Name}}
	if diff := cmp.Diff(want, c.Report(chat)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	c.Removed(now)
	if len(c.apps) != 0 {
		t.Error("an app without IMGroups must not stay in memory")
	}
}

func TestTheInventoryNamesTheAppsToLookAt(t *testing.T) {
	known := map[apps.Key]*imv1alpha1.IMApp{chat: {Spec: imv1alpha1.IMAppSpec{SDKAppID: appID}}}
	group := created("a")
	state := event.NewState(event.Changed, event.Change{Time: 1, Source: event.Callback}, []event.Value{{Field: event.Name, Value: "ops"}})
	groupstatus.SetState(&group.Status, appID, state, nil)
	groupstatus.SetConditions(group, state, true)
	c := New(func(apps.Key) {})
	c.Added(group)
	if got := c.Unsettled(known); len(got) != 0 {
		t.Errorf("all is settled, yet it names %v", got)
	}
	if got := c.Unsettled(nil); len(got) != 1 {
		t.Error("an app that is missing must be named")
	}
	other := group.DeepCopy()
	other.Status.SDKAppID++
	c.Changed(group, other)
	if got := c.Unsettled(known); len(got) != 1 {
		t.Error("an app with a status of another application must be named")
	}
	c.Changed(other, group)
	c.Added(created("b"))
	if got := c.Unsettled(known); len(got) != 1 {
		t.Error("an app with an IMGroup that nobody has looked at must be named")
	}
	c.Removed(created("b"))
	tracked := group.DeepCopy()
	tracked.ManagedFields = []metav1.ManagedFieldsEntry{{Operation: metav1.ManagedFieldsOperationUpdate}}
	c.Changed(group, tracked)
	if got := c.Unsettled(known); len(got) != 1 {
		t.Error("an app with an IMGroup that has managedFields to clear must be named")
	}
	c.Changed(tracked, group)
	if got := c.Unsettled(known); len(got) != 0 {
		t.Errorf("all is settled again, yet it names %v", got)
	}
}

func TestTheInventoryTellsOfTheFirstChange(t *testing.T) {
	told := 0
	c := New(func(apps.Key) { told++ })
	group := created("a")
	group.Status.LastChange = nil
	changed := group.DeepCopy()
	changed.Status.LastChange = &imv1alpha1.LastChange{EventTime: metav1.NowMicro()}
	c.Added(group)
	for _, step := range []struct{ old, now *imv1alpha1.IMGroup }{{group, group}, {group, changed}, {changed, changed}} {
		c.Changed(step.old, step.now)
	}
	if told != 2 {
		t.Errorf("told %d times, want of the group and of its first change", told)
	}
}

func TestTheInventoryTellsWhenTheConflictsOfAnAppChange(t *testing.T) {
	var told []apps.Key
	c := New(func(app apps.Key) { told = append(told, app) })
	for n := range Few {
		c.Added(created(fmt.Sprint("other", n)))
	}
	if diff := cmp.Diff(slices.Repeat([]apps.Key{chat}, Few), told); diff != "" {
		t.Errorf("the first few, each (-want +got):\n%s", diff)
	}
	told = nil
	fine := created("a")
	conflicting := fine.DeepCopy()
	conditions.Set(&conflicting.Status.Conditions, 1, conditions.New(imv1alpha1.ConditionReady, metav1.ConditionFalse, imv1alpha1.ReasonNameConflict, "m"))
	c.Added(fine)
	c.Changed(fine, conflicting)
	c.Changed(conflicting, conflicting)
	c.Removed(conflicting)
	if diff := cmp.Diff([]apps.Key{chat, chat, chat}, told); diff != "" {
		t.Errorf("once when it comes and once when it goes, and that there are few again (-want +got):\n%s", diff)
	}
}

func TestTheInventoryReportsWhatIsBeingCreated(t *testing.T) {
	c := New(func(apps.Key) {})
	c.Added(created("a"))
	c.Reserve(types.NamespacedName{Namespace: "ns", Name: created("b").Name}, "chat", 2)
	if got := c.Report(chat).Created; got != 2 {
		t.Errorf("%d created, want 2: the limit of 2 is reached", got)
	}
}

func TestAllIsCountedOnlyWhenTheWatchHasShownAll(t *testing.T) {
	c := New(func(apps.Key) {})
	if c.Report(chat).Complete {
		t.Error("nothing was shown yet")
	}
	if !c.Complete() || c.Complete() {
		t.Error("that it is complete is news once")
	}
	if want := (Report{Complete: true}); !cmp.Equal(want, c.Report(chat)) {
		t.Errorf("of an app without IMGroups: %+v", c.Report(chat))
	}
}

// A label that goes or comes makes another IMGroup of it: one that counts, or one that does not.
func TestAnIMGroupMayBecomeADeclaredOne(t *testing.T) {
	c, own, mine := New(func(apps.Key) {}), created("a"), created("a")
	mine.Labels = nil
	c.Added(own)
	for _, step := range []struct {
		old, now *imv1alpha1.IMGroup
		want     int
	}{{own, mine, 0}, {mine, mine, 0}, {mine, own, 1}, {own, own, 1}} {
		if c.Changed(step.old, step.now); c.Report(chat).Created != step.want || c.Report(chat).Groups != 1 {
			t.Errorf("%+v, want %d created", c.Report(chat), step.want)
		}
	}
}

func TestReservationsLeaveNothingBehind(t *testing.T) {
	c, name := New(func(apps.Key) {}), types.NamespacedName{Namespace: "ns", Name: "g"}
	if c.Reserve(name, "chat", 0) || len(c.apps) > 0 {
		t.Errorf("no room: %d apps are remembered", len(c.apps))
	}
	c.Reserve(name, "chat", 1)
	c.Release(name, "chat")
	c.Release(name, "chat")
	if len(c.apps) > 0 {
		t.Errorf("given back: %d apps are remembered", len(c.apps))
	}
}
