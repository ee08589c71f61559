// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package groupstatus

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/event"
)

// custom are custom fields with numbers as keys.
func custom(from, to int) (vs []event.Value) {
	for i := from; i < to; i++ {
		vs = append(vs, event.Value{Field: fmt.Sprintf("custom/%03d", i), Value: "v"})
	}
	return vs
}

func TestCustomFieldsBeyondTheBoundAreLeftOutByKey(t *testing.T) {
	g := &imv1alpha1.IMGroup{}
	if overflow := Merge(g, appID, event.NewState(event.Changed, at(1), custom(0, event.MaxCustomFields+3)), false); overflow != 3 {
		t.Errorf("overflow %d, want 3", overflow)
	}
	keys := slices.Sorted(maps.Keys(g.Status.CustomFields))
	if n := len(keys); n != event.MaxCustomFields || keys[n-1] != "063" {
		t.Errorf("%d custom fields: %v", n, keys)
	}
}

func TestTheOrderOfTooManyCustomFieldsDoesNotMatter(t *testing.T) {
	many := event.NewState(event.Changed, at(10), custom(1, 65))
	for why, other := range map[string]event.State{
		"a smaller key":                                    event.NewState(event.Changed, at(11), custom(0, 1)),
		"a smaller key, earlier":                           event.NewState(event.Changed, at(9), custom(0, 1)),
		"a greater key":                                    event.NewState(event.Changed, at(11), custom(70, 71)),
		"a group that was created in between":              event.NewState(event.Created, at(10), custom(0, 1)),
		"a group that was created later":                   event.NewState(event.Created, at(11), custom(0, 3)),
		"an older smaller key of a group that was created": event.NewState(event.Created, at(9), custom(0, 2)),
	} {
		one, two := &imv1alpha1.IMGroup{}, &imv1alpha1.IMGroup{}
		Merge(one, appID, many, false)
		Merge(one, appID, other, false)
		Merge(two, appID, other, false)
		Merge(two, appID, many, false)
		if diff := cmp.Diff(State(&one.Status, appID), State(&two.Status, appID)); diff != "" {
			t.Errorf("%s: -many first +last\n%s", why, diff)
		}
	}
}

// What has no room is no news of a resync, or each one would write.
func TestACustomFieldWithoutRoomIsNotWrittenAgainAndAgain(t *testing.T) {
	g := &imv1alpha1.IMGroup{}
	Merge(g, appID, event.NewState(event.Changed, at(10), custom(0, event.MaxCustomFields)), false)
	before := g.DeepCopy()
	Merge(g, appID, event.NewState(event.Changed, byREST(20), custom(0, event.MaxCustomFields+1)), false)
	if diff := cmp.Diff(before.Status, g.Status); diff != "" {
		t.Errorf("-before +after\n%s", diff)
	}
}
