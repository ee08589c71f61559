// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"slices"
	"strings"
	"time"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/terminal"
)

// column is one column of the table.
type column struct {
	title string
	width int
	value func(*imv1alpha1.IMGroup) string
}

// columns fit into 132 places, the width of a wide terminal.
var columns = []column{
	{"TIME (UTC)", 19, changeTime},
	{"GROUP ID", 24, func(g *imv1alpha1.IMGroup) string { return g.Spec.GroupID }},
	{"TYPE", 9, func(g *imv1alpha1.IMGroup) string { return known(g.Status.Type) }},
	{"NAME", 16, func(g *imv1alpha1.IMGroup) string { return known(g.Status.Name) }},
	{"NOTIFICATION", 21, func(g *imv1alpha1.IMGroup) string { return known(g.Status.Notification) }},
	{"CHANGED", 18, changed},
	{"BY", 13, changedBy},
}

// header is the line above the table.
func header() string {
	return line(func(c column) string { return c.title })
}

// row is the line of a group.
func row(g *imv1alpha1.IMGroup) string {
	return line(func(c column) string { return c.value(g) })
}

func line(value func(column) string) string {
	cells := make([]string, len(columns))
	for i, c := range columns {
		cells[i] = terminal.Cell(value(c), c.width)
	}
	return strings.TrimRight(strings.Join(cells, "  "), " ")
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
