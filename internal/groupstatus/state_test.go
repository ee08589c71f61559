// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package groupstatus

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/conditions"
	"github.com/imgroup-operator/imgroup-operator/internal/event"
	"github.com/imgroup-operator/imgroup-operator/internal/merge"
)

const appID = 1400000000

// at is a change by a callback at a time.
func at(ms int64) event.Change {
	return event.Change{Time: ms, Command: "c", Operator: "leckie", Platform: "iOS", Source: event.Callback}
}

// created is an IMGroup as the operator creates it.
func created(id string) *imv1alpha1.IMGroup {
	return &imv1alpha1.IMGroup{
		ObjectMeta: metav1.ObjectMeta{Namespace: "ns", Name: Name("chat", id),
			Labels:          map[string]string{imv1alpha1.LabelApp: "chat", imv1alpha1.LabelManagedBy: imv1alpha1.ManagedByValue},
			OwnerReferences: []metav1.OwnerReference{{APIVersion: imv1alpha1.GroupVersion.String(), Kind: "IMApp", Name: "chat"}}},
		Spec: imv1alpha1.IMGroupSpec{AppRef: imv1alpha1.AppReference{Name: "chat"}, GroupID: id},
	}
}

// statusOf is an IMGroup with a state, as the cache has it if compact.
func statusOf(s event.State, compact bool) *imv1alpha1.IMGroup {
	g := &imv1alpha1.IMGroup{}
	SetState(&g.Status, appID, s, nil)
	if compact {
		Compact(g)
	}
	return g
}

func values(pairs ...string) (vs []event.Value) {
	for i := 0; i < len(pairs); i += 2 {
		vs = append(vs, event.Value{Field: pairs[i], Value: pairs[i+1]})
	}
	return vs
}

func TestAStateGoesIntoAStatusAndBackUnchanged(t *testing.T) {
	state := event.NewState(event.Created, at(1670574414123), values("name", "ops", "notification", "", "type", "Public", "owner", "bob",
		"custom/Level", "7", "custom/Region", ""))
	state = merge.Join(state, event.NewState(event.Disbanded, at(1670574414124), nil))
	var status imv1alpha1.IMGroupStatus
	SetState(&status, appID, state, nil)
	if diff := cmp.Diff(state, State(&status, appID)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if status.Notification == nil || *status.Notification != "" {
		t.Error("a text that is known to be empty must be there")
	}
	if status.Introduction != nil {
		t.Error("a text that is not known must be absent")
	}
}

func TestAStateOfAnotherApplicationCountsAsNone(t *testing.T) {
	var status imv1alpha1.IMGroupStatus
	SetState(&status, appID, event.NewState(event.Changed, at(1), values("name", "ops")), nil)
	if diff := cmp.Diff(event.State{}, State(&status, appID+1)); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// The cache holds no large texts: merging into such an object must neither lose nor invent one.
func TestMergeIntoACompactObjectTouchesOnlyWhatChanged(t *testing.T) {
	group := &imv1alpha1.IMGroup{}
	SetState(&group.Status, appID, event.NewState(event.Changed, at(10), values("name", "ops", "notification", "old", "introduction", "intro")), nil)
	Compact(group)
	introduction := *group.Status.Introduction
	Merge(group, appID, event.NewState(event.Changed, at(11), values("notification", "new")), true)
	if got := group.Status.Notification; got == nil || *got != "new" {
		t.Errorf("notification %v, want new", got)
	}
	if got := group.Status.Introduction; got == nil || *got != introduction {
		t.Errorf("introduction %v, want it left alone", got)
	}
}

func TestTiesAndNewEpochsNeedTheTexts(t *testing.T) {
	known := &imv1alpha1.IMGroupStatus{}
	SetState(known, appID, event.NewState(event.Changed, at(10), values("notification", "x", "name", "n")), nil)
	for _, c := range []struct {
		why     string
		app     int64
		pending event.State
		want    bool
	}{
		{"a later text", appID, event.NewState(event.Changed, at(11), values("notification", "y")), false},
		{"an earlier text", appID, event.NewState(event.Changed, at(9), values("notification", "y")), false},
		{"a text of the same time", appID, event.NewState(event.Changed, at(10), values("notification", "y")), true},
		{"a field of the same time that the cache has", appID, event.NewState(event.Changed, at(10), values("name", "y")), false},
		{"a new epoch", appID, event.NewState(event.Created, at(11), values("name", "y")), true},
		{"a status of another application", appID + 1, event.NewState(event.Changed, at(11), values("name", "y")), true},
	} {
		t.Run(c.why, func(t *testing.T) {
			if got := NeedsTexts(known, c.app, c.pending); got != c.want {
				t.Errorf("needsTexts = %t, want %t", got, c.want)
			}
		})
	}
}

func TestConditionsOfAnIMGroup(t *testing.T) {
	all := values("name", "", "introduction", "", "notification", "", "faceURL", "")
	for _, c := range []struct {
		why                      string
		state                    event.State
		appFound                 bool
		ready, synced, destroyed string
	}{
		{"nothing known", event.State{}, true, "Tracking", "AwaitingFirstCallback", ""},
		{"something known", event.NewState(event.Changed, at(1), values("name", "a")), true, "Tracking", "Partial", ""},
		{"all four texts known", event.NewState(event.Changed, at(1), all), true, "Tracking", "AllFieldsKnown", ""},
		{"disbanded", event.NewState(event.Disbanded, at(1), nil), true, "Tracking", "Partial", "Disbanded"},
		{"created again", merge.Join(event.NewState(event.Disbanded, at(1), nil), event.NewState(event.Created, at(2), all)), true, "Tracking", "AllFieldsKnown", "Exists"},
		{"no IMApp", event.State{}, false, "AppNotFound", "AwaitingFirstCallback", ""},
	} {
		t.Run(c.why, func(t *testing.T) {
			group := &imv1alpha1.IMGroup{} // of which something else was known before
			SetConditions(group, event.NewState(event.Disbanded, at(1), nil), true)
			SetConditions(group, c.state, c.appFound)
			for kind, want := range map[string]string{"Ready": c.ready, "Synced": c.synced, "Destroyed": c.destroyed} {
				if got := conditions.Reason(group.Status.Conditions, kind); got != want {
					t.Errorf("%s has reason %q, want %q", kind, got, want)
				}
			}
			if (group.Status.DestroyedTime != nil) != (c.destroyed == "Disbanded") {
				t.Errorf("destroyedTime %v", group.Status.DestroyedTime)
			}
		})
	}
}
