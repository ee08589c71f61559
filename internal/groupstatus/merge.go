// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package groupstatus

import (
	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/event"
	"github.com/imgroup-operator/imgroup-operator/internal/merge"
)

// Merge applies the merge law to an object in memory: of the application that is named. compact means that the object comes
// from the cache. It returns how many custom fields had no room.
func Merge(group *imv1alpha1.IMGroup, sdkAppID int64, pending event.State, compact bool) int {
	old := State(&group.Status, sdkAppID)
	told := Difference(old, pending, compact)
	state := merge.Join(old, told)
	keep := map[string]bool{}
	for field := range digested {
		a, had := old.Get(field)
		b, has := state.Get(field)
		keep[field] = compact && had && has && a == b
	}
	overflow := SetState(&group.Status, sdkAppID, state, keep)
	if _, lives := pending.Get(event.Alive); lives {
		dropInvalid(group)
	}
	SetConditions(group, state, true)
	return overflow
}

// NeedsTexts reports whether the merge depends on texts that the cache does not hold: a tie in time, or a value that
// must be removed because the group is another one now.
func NeedsTexts(s *imv1alpha1.IMGroupStatus, sdkAppID int64, pending event.State) bool {
	if s.SDKAppID != sdkAppID && s.SDKAppID != 0 {
		return true
	}
	if _, created := pending.Get(event.Epoch); created && len(s.FieldTimes) > 0 {
		return true
	}
	state := State(s, sdkAppID)
	for field := range digested {
		old, had := state.Get(field)
		new, has := pending.Get(field)
		if had && has && old.Time == new.Time {
			return true
		}
	}
	return false
}
