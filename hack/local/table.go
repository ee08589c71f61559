// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"io"
	"slices"
	"strings"
	"time"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/screen"
)

// table prints groups, a line each, as wide as the terminal is at that moment.
type table struct {
	screen  screen.Screen
	now     func() time.Time
	columns int // of the terminal when the header was printed; 0 is a pipe
}

func newTable(out io.Writer) *table { return &table{screen: screen.Of(out), now: time.Now} }

// header prints the line above the table.
func (t *table) header() {
	t.columns = t.screen.Width()
	printLine(t.screen, t.screen.Paint(screen.Bold, line(titles, t.columns)))
}

// row prints the line of a group, below a new header if the terminal has another width now.
func (t *table) row(g *imv1alpha1.IMGroup) {
	if t.screen.Width() != t.columns {
		t.header()
	}
	printLine(t.screen, line(cells(g, t.now()), t.columns))
}

// cells are what the titles say.
func cells(g *imv1alpha1.IMGroup, now time.Time) []string {
	return []string{changeTime(g), clock(g, now), g.Spec.GroupID, known(g.Status.Type), known(g.Status.Name),
		known(g.Status.Notification), changed(g), changedBy(g)}
}

// known tells a text that is empty from one that is not known.
func known(s *string) string {
	switch {
	case s == nil:
		return "-"
	case *s == "":
		return `""`
	}
	return *s
}

func changeTime(g *imv1alpha1.IMGroup) string {
	if g.Status.LastChange == nil {
		return "-"
	}
	return g.Status.LastChange.EventTime.UTC().Format(time.DateTime)
}

// clock is the time of day, or the day of what is a day old.
func clock(g *imv1alpha1.IMGroup, now time.Time) string {
	switch c := g.Status.LastChange; {
	case c == nil:
		return "-"
	case now.Sub(c.EventTime.Time) > 24*time.Hour:
		return c.EventTime.UTC().Format("02 Jan")
	default:
		return c.EventTime.UTC().Format(time.TimeOnly)
	}
}

// changed names what the newest change did, the end and the beginning of a group first.
func changed(g *imv1alpha1.IMGroup) string {
	c := g.Status.LastChange
	if c == nil {
		return "-"
	}
	words := slices.Clone(c.Fields)
	switch {
	case strings.HasSuffix(c.Command, "AfterGroupDestroyed"):
		words = []string{"disbanded"}
	case strings.HasSuffix(c.Command, "AfterCreateGroup"):
		words = slices.Insert(words, 0, "created")
	}
	if len(words) == 0 {
		return "-"
	}
	return strings.Join(words, ",")
}

// changedBy names the user. A resync does not learn who it was.
func changedBy(g *imv1alpha1.IMGroup) string {
	switch c := g.Status.LastChange; {
	case c != nil && c.Source == imv1alpha1.SourceREST:
		return "(resync)"
	case c != nil && c.Operator != "":
		return c.Operator
	}
	return "-"
}
