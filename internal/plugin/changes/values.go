// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package changes

import (
	"slices"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/event"
)

// order of the fields of changes that happened at the same time; custom fields come after them.
var order = []string{Group, event.Type, event.Owner, event.Name, event.Introduction, event.Notification, event.FaceURL}

// values are what an IMGroup knows, by field. Fields of which it knows nothing are absent.
func values(g *imv1alpha1.IMGroup) map[string]*string {
	s := &g.Status
	all := map[string]*string{
		Group: state(s), event.Type: s.Type, event.Owner: s.Owner, event.Name: s.Name,
		event.Introduction: s.Introduction, event.Notification: s.Notification, event.FaceURL: s.FaceURL,
	}
	for key, value := range s.CustomFields {
		all[event.CustomPrefix+key] = &value
	}
	return all
}

// state tells of an end. That a group of which nothing was known exists is no change.
func state(s *imv1alpha1.IMGroupStatus) *string {
	if s.DestroyedTime != nil {
		return text(Disbanded)
	}
	return text(Exists)
}

// fieldNames are the fields of both, in order.
func fieldNames(a, b map[string]*string) []string {
	names := slices.Clone(order)
	var custom []string
	for _, m := range []map[string]*string{a, b} {
		for name := range m {
			if !slices.Contains(order, name) && !slices.Contains(custom, name) {
				custom = append(custom, name)
			}
		}
	}
	slices.Sort(custom)
	return append(names, custom...)
}

// Value is what an IMGroup knows of a field, nil if nothing.
func Value(g *imv1alpha1.IMGroup, field string) *string { return values(g)[field] }

// Unknown is the state of a group of which nothing was heard; else it is Exists or Disbanded.
const Unknown = "unknown"

// StateOf is the state of a group in one word.
func StateOf(g *imv1alpha1.IMGroup) string {
	if len(g.Status.FieldTimes) == 0 {
		return Unknown
	}
	return *state(&g.Status)
}
