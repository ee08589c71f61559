// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package terminal makes text from strangers fit to be printed in a table.
package terminal

import (
	"fmt"
	"strings"
	"unicode"

	"golang.org/x/text/width"
)

// maxRunesPerColumn bounds the characters of a cell for its width: marks that take no column of their own could else
// pile up without end.
const maxRunesPerColumn = 3

// Visible makes text from strangers fit to be printed: controls (C0, DEL and C1, which terminals obey), characters that
// reorder or hide text, and lone bytes are escaped as in Go; every kind of space is one; a backslash is doubled, so
// that an escape cannot be faked.
func Visible(s string) string {
	var b strings.Builder
	for i, r := range s {
		switch {
		case r == unicode.ReplacementChar && strings.HasPrefix(s[i:], "\uFFFD"):
			b.WriteRune(r)
		case r == unicode.ReplacementChar: // not UTF-8
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case r == '\\':
			b.WriteString(`\\`)
		case unicode.Is(unicode.Zs, r):
			b.WriteByte(' ')
		case unicode.IsPrint(r):
			b.WriteRune(r)
		default:
			b.WriteString(escaped(r))
		}
	}
	return b.String()
}

func escaped(r rune) string {
	quoted := fmt.Sprintf("%+q", r)
	return quoted[1 : len(quoted)-1]
}

// Cell makes a text exactly as wide as its column, counted as terminals do: East Asian characters take two columns,
// combining marks none. What does not fit is cut, with a mark.
func Cell(s string, columns int) string {
	s = Cut(s, columns)
	return s + strings.Repeat(" ", columns-displayWidth(s))
}

// Cut is Cell without the spaces that fill it up.
func Cut(s string, columns int) string {
	s = Visible(s)
	if displayWidth(s) > columns || runes(s) > columns*maxRunesPerColumn {
		s = cutTo(s, columns-1) + "…"
	}
	return s
}

// Width is the number of columns that a text takes when it is printed as Visible makes it.
func Width(s string) int { return displayWidth(Visible(s)) }

// Columns is Width of a text that Visible has made already.
func Columns(s string) int { return displayWidth(s) }

// cutTo keeps what fits into the columns.
func cutTo(s string, columns int) string {
	used, count := 0, 0
	for i, r := range s {
		used += runeWidth(r)
		count++
		if used > columns || count > columns*maxRunesPerColumn {
			return s[:i]
		}
	}
	return s
}

func displayWidth(s string) int {
	n := 0
	for _, r := range s {
		n += runeWidth(r)
	}
	return n
}

func runeWidth(r rune) int {
	if unicode.In(r, unicode.Mn, unicode.Me) {
		return 0
	}
	switch width.LookupRune(r).Kind() {
	case width.EastAsianWide, width.EastAsianFullwidth:
		return 2
	}
	return 1
}

func runes(s string) int { return len([]rune(s)) }

// VisibleLines is Visible line by line.
func VisibleLines(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = Visible(lines[i])
	}
	return strings.Join(lines, "\n")
}
