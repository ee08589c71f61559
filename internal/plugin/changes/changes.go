// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package changes tells what changed between two states of an IMGroup. It is pure: no clock, no client.
package changes

import (
	"cmp"
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/event"
)

// Fields that are not registers of a group. They begin with nothing that a custom field's name could be.
const (
	// Object is the IMGroup itself: it was created or deleted.
	Object = "imgroup"
	// Group is the group at Tencent: it was disbanded, or exists again.
	Group = "group"
)

// What Object and Group can be.
const (
	Created   = "created"
	Deleted   = "deleted"
	Exists    = "exists"
	Disbanded = "disbanded"
)

// Change is one value that became another one. Operator, platform, command and source are known where the change is the newest
// that the IMGroup tells of; of changes that came together with a newer one nobody knows who made them.
type Change struct {
	Time      metav1.MicroTime  `json:"time"` // of the change, by Tencent's clock
	Namespace string            `json:"namespace"`
	Name      string            `json:"name"` // of the IMGroup
	App       string            `json:"app"`
	GroupID   string            `json:"groupID"`
	Field     string            `json:"field"` // as in status.fieldTimes, or Object or Group
	Old       *string           `json:"old"`   // nil: not known
	New       *string           `json:"new"`
	Operator  string            `json:"operator,omitempty"`
	Platform  string            `json:"platform,omitempty"`
	Command   string            `json:"command,omitempty"`
	Source    imv1alpha1.Source `json:"source,omitempty"`
}

// Between lists what changed, the oldest first. Nil stands for an IMGroup that does not exist; now is for what no clock
// of the IMGroup tells.
func Between(old, new *imv1alpha1.IMGroup, now time.Time) []Change {
	switch {
	case old == nil && new == nil:
		return nil
	case new == nil:
		return []Change{object(old, text(Created), text(Deleted), now)}
	case old == nil:
		empty := &imv1alpha1.IMGroup{}
		return append([]Change{object(new, nil, text(Created), new.CreationTimestamp.Time)}, Between(empty, new, now)...)
	case old.UID != new.UID && old.UID != "":
		return append(Between(old, nil, now), Between(nil, new, now)...)
	}
	return fields(old, new, now)
}

func fields(old, new *imv1alpha1.IMGroup, now time.Time) []Change {
	before, after := values(old), values(new)
	var all []Change
	for _, field := range fieldNames(before, after) {
		if was, is := before[field], after[field]; !equal(was, is) {
			c := of(new, field)
			c.Old, c.New = was, is
			c.attribute(new, now)
			all = append(all, c)
		}
	}
	slices.SortStableFunc(all, func(a, b Change) int { return a.Time.Compare(b.Time.Time) })
	return all
}

func of(g *imv1alpha1.IMGroup, field string) Change {
	return Change{Namespace: g.Namespace, Name: g.Name, App: g.Spec.AppRef.Name, GroupID: g.Spec.GroupID, Field: field}
}

func object(g *imv1alpha1.IMGroup, old, new *string, at time.Time) Change {
	c := of(g, Object)
	c.Time, c.Old, c.New = metav1.NewMicroTime(at), old, new
	return c
}

// attribute says when the change was, and by whom if that is known.
func (c *Change) attribute(g *imv1alpha1.IMGroup, now time.Time) {
	clock := cmp.Or(clockOf(g, c.Field), &Clock{Time: metav1.NewMicroTime(now)})
	c.Time = clock.Time
	if last := g.Status.LastChange; last != nil && last.EventTime.Equal(&c.Time) {
		c.Operator, c.Platform, c.Command, c.Source = last.Operator, last.Platform, last.Command, last.Source
	}
}

func clockOf(g *imv1alpha1.IMGroup, field string) *Clock {
	switch {
	case field == Group && g.Status.DestroyedTime != nil:
		field = event.Destroyed
	case field == Group:
		field = event.Alive
	}
	return ClockOf(g, field)
}

func equal(a, b *string) bool { return a == nil && b == nil || a != nil && b != nil && *a == *b }

func text(s string) *string { return &s }
