// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package terminal makes text from untrusted senders fit to be printed in a table: escaped, measured, cut.
package terminal

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	// maxRunes bounds what a terminal draws in one place: marks could pile up without end. The longest emoji have ten.
	maxRunes = 10
	// joiner makes one emoji of several, and has no look of its own.
	joiner = '\u200d'
	// firstMark is the first character that has no place of its own.
	firstMark = '\u0300'
)

// Visible makes text from untrusted senders fit to be printed: controls (C0, DEL and C1, which terminals obey),
// characters that reorder or hide text, and lone bytes are escaped as in Go; every kind of space is one; a backslash is
// doubled, so that an escape cannot be faked. A joiner stays where it joins what is seen, as in a family of emoji.
func Visible(s string) string {
	var b strings.Builder
	for cluster := range Clusters(s) {
		visibleCluster(&b, cluster)
	}
	return b.String()
}

// VisibleLines is Visible line by line.
func VisibleLines(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = Visible(lines[i])
	}
	return strings.Join(lines, "\n")
}

// visibleCluster writes what terminals draw in one place.
func visibleCluster(b *strings.Builder, cluster string) {
	n, whole := 0, true
	if first, _ := utf8.DecodeRuneInString(cluster); extends(first) {
		n = 1 // the place is that of the text before it
	}
	for len(cluster) > 0 {
		r, size := utf8.DecodeRuneInString(cluster)
		n++
		var text string
		switch {
		case r == utf8.RuneError && size == 1:
			text = fmt.Sprintf(`\x%02x`, cluster[0])
		case n > maxRunes:
			text = escaped(r)
		case r == joiner && whole && n < maxRunes && joins(cluster[size:]):
			text = string(joiner)
		default:
			text = visibleRune(r)
		}
		whole = whole && text == cluster[:size] // what follows an escape is drawn beside it
		b.WriteString(text)
		cluster = cluster[size:]
	}
}

func visibleRune(r rune) string {
	switch {
	case r == '\\':
		return `\\`
	case unicode.Is(unicode.Zs, r):
		return " "
	case unicode.IsPrint(r):
		return string(r)
	}
	return escaped(r)
}

// joins reports whether what follows a joiner has a look of its own that the joiner changes.
func joins(rest string) bool {
	r, _ := utf8.DecodeRuneInString(rest)
	return r != utf8.RuneError && unicode.IsPrint(r) && !extends(r)
}

// extends reports whether a character has no place of its own.
func extends(r rune) bool { return r >= firstMark && clusters("a"+string(r)) == 1 }

func escaped(r rune) string {
	quoted := fmt.Sprintf("%+q", r)
	return quoted[1 : len(quoted)-1]
}
