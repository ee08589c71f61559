// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"time"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/changes"
)

// maxText is how many characters of an old and a new value the list of changes has: who wants all looks at the group.
const maxText = 300

// moment is when a group was seen to have changed.
type moment struct {
	Key     string   `json:"key"`
	App     string   `json:"app"` // NAMESPACE/NAME
	ID      string   `json:"id"`
	Name    *string  `json:"name"`
	Seen    int64    `json:"seen"`          // by the clock of this machine
	Lag     *int64   `json:"lag,omitempty"` // between the event and its receipt here, in milliseconds; of callbacks
	By      string   `json:"by,omitempty"`
	Resync  bool     `json:"resync,omitempty"`
	Changes []change `json:"changes"`
}

// change is a value that became another.
type change struct {
	Field string  `json:"field"`
	Old   *string `json:"old"`
	New   *string `json:"new"`
}

// momentOf is what changed between two states of an IMGroup; nil: nothing that anybody reads.
func momentOf(old, now *imv1alpha1.IMGroup, seen time.Time, atOnce bool) *moment {
	found := changes.Between(old, now, seen)
	if len(found) == 0 {
		return nil
	}
	g := now
	if g == nil {
		g = old
	}
	r := rowFrom(g)
	m := &moment{Key: r.Key, App: r.Namespace + "/" + r.App, ID: r.ID, Name: r.Name, Seen: seen.UnixMilli()}
	for _, c := range found {
		m.Changes = append(m.Changes, change{c.Field, cut(c.Old), cut(c.New)})
	}
	if last := g.Status.LastChange; now != nil && last != nil && (old == nil || old.Status.LastChange == nil || !last.EventTime.Equal(&old.Status.LastChange.EventTime)) {
		m.By, m.Resync = r.By, r.Resync
		if lag := seen.Sub(last.EventTime.Time).Milliseconds(); atOnce && !r.Resync {
			m.Lag = &lag
		}
	}
	return m
}

func cut(s *string) *string {
	if s == nil || len(*s) <= maxText {
		return s
	}
	n := 0
	for i := range *s {
		if n++; n > maxText {
			short := (*s)[:i] + "…"
			return &short
		}
	}
	return s
}
