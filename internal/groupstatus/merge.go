// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package groupstatus

import (
	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/event"
	"github.com/imgroup-operator/imgroup-operator/internal/merge"
)

// Merge applies the merge law to an object in memory, of the application that is named, with what differs of an event.
// compact means that the object comes from the cache. It returns how many custom fields had no room.
func Merge(group *imv1alpha1.IMGroup, sdkAppID int64, pending event.State, compact bool) int {
	old := State(&group.Status, sdkAppID)
	fit, over := within(pending, customBound(old, pending))
	return over + Join(group, sdkAppID, Difference(old, fit, compact), compact)
}

// Join is Merge with the whole of a state, where the same one goes into several objects.
func Join(group *imv1alpha1.IMGroup, sdkAppID int64, told event.State, compact bool) int {
	old := State(&group.Status, sdkAppID)
	bound := customBound(old, told)
	was, evicted := within(old, bound)
	told, over := within(told, bound)
	state := merge.Join(was, told)
	keep := map[string]bool{}
	for field := range digested {
		a, had := old.Get(field)
		b, has := state.Get(field)
		keep[field] = compact && had && has && a == b
	}
	SetState(&group.Status, sdkAppID, state, keep)
	if _, lives := told.Get(event.Alive); lives {
		dropInvalid(group)
	}
	SetConditions(group, state, true)
	return evicted + over
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
