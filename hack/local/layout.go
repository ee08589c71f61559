// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"strings"

	"github.com/imgroup-operator/imgroup-operator/internal/terminal"
)

const (
	gap = "  "
	// widest is where a line is long enough for the eye, whatever the terminal has.
	widest = 180
)

// titles are the columns: the time in full and in short, of which one is shown, and so on.
var titles = []string{"TIME (UTC)", "UTC TIME", "GROUP ID", "TYPE", "NAME", "NOTIFICATION", "CHANGED", "BY"}

// The columns that get what is left of the width: people's words.
const (
	nameColumn         = 4
	notificationColumn = 5
)

// layouts are the widths of the columns by that of the terminal, the widest first. A column of 0 is left out.
var layouts = []struct {
	from   int
	widths [8]int
}{
	{132, [...]int{19, 0, 24, 9, 16, 21, 18, 13}},
	{112, [...]int{0, 8, 24, 9, 13, 15, 18, 13}},
	{90, [...]int{0, 8, 24, 0, 13, 15, 12, 8}},
	{80, [...]int{0, 8, 14, 0, 13, 15, 12, 8}},
	{60, [...]int{0, 8, 14, 0, 9, 9, 12, 0}}, // a terminal that is narrower wraps it
}

// layout are the widths for a terminal of so many columns; 0 is a pipe.
func layout(columns int) [8]int {
	if columns == 0 {
		return layouts[0].widths
	}
	for _, l := range layouts {
		if room := min(columns, widest) - l.from; room >= 0 {
			l.widths[nameColumn] += room / 2
			l.widths[notificationColumn] += room - room/2
			return l.widths
		}
	}
	return layouts[len(layouts)-1].widths
}

// line makes one line of a cell for each title.
func line(cells []string, columns int) string {
	var shown []string
	for i, width := range layout(columns) {
		if width > 0 {
			shown = append(shown, terminal.Cell(cells[i], width))
		}
	}
	return strings.TrimRight(strings.Join(shown, gap), " ")
}
