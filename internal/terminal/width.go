// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package terminal

import (
	"iter"
	"strings"
	"unicode/utf8"

	"github.com/clipperhouse/displaywidth"
)

// Clusters are the parts of a text that terminals draw in one place each: a character with its marks, an emoji, a flag.
func Clusters(s string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for g := displaywidth.StringGraphemes(s); g.Next(); {
			if !yield(g.Value()) {
				return
			}
		}
	}
}

func clusters(s string) (n int) {
	for range Clusters(s) {
		n++
	}
	return n
}

// Cell makes a text exactly as wide as its column, counted as terminals do: East Asian characters and emoji take two
// columns, combining marks none. What does not fit is cut, with a mark.
func Cell(s string, columns int) string {
	s = Cut(s, columns)
	return s + strings.Repeat(" ", columns-Columns(s))
}

// Cut is Cell without the spaces that fill it up.
func Cut(s string, columns int) string {
	s = Visible(s)
	if Columns(s) > columns {
		s = cutTo(s, columns-1) + "…"
	}
	return s
}

// Width is the number of columns that a text takes when it is printed as Visible makes it.
func Width(s string) int { return Columns(Visible(s)) }

// Columns is Width of a text that Visible has made already.
func Columns(s string) (n int) {
	n = displaywidth.String(s)
	if !strings.ContainsAny(s, voicedMarks) {
		return n
	}
	for cluster := range Clusters(s) {
		_, first := utf8.DecodeRuneInString(cluster)
		for _, r := range cluster[first:] {
			n += strings.Count(voicedMarks, string(r))
		}
	}
	return n
}

// voicedMarks are those of halfwidth katakana: Unicode counts them to the character before, terminals draw them beside it.
const voicedMarks = "\uff9e\uff9f"

// cutTo keeps what fits into the columns.
func cutTo(s string, columns int) string {
	end := 0
	for cluster := range Clusters(s) {
		if columns -= Columns(cluster); columns < 0 {
			break
		}
		end += len(cluster)
	}
	return s[:end]
}
