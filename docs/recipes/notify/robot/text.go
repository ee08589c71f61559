// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package robot

import (
	"strings"
	"unicode"
)

// maxBytes of a message fit into the smallest bound, WeCom's.
const maxBytes = 2000

// substitute is for services whose text cannot be escaped: what begins a mention (@all, <@user>, <at user_id="all">) or
// makes a link ([text](address)) becomes its wide form, which people can read and which means nothing.
var substitute = strings.NewReplacer("@", "＠", "<", "＜", "](", "]（")

// fit escapes lines and joins as many of them as a message may hold.
func fit(escape *strings.Replacer, lines []string) string {
	var b strings.Builder
	for i, line := range lines {
		line = escape.Replace(line)
		if b.Len()+len(line) > maxBytes {
			b.WriteString("\n…")
			break
		}
		if i > 0 {
			b.WriteString("\n")
		}
		b.WriteString(line)
	}
	return b.String()
}

// Line makes one line of an untrusted text, which can neither begin another line nor steer what shows it: each space or
// line break is a space, and what cannot be seen is U+FFFD. What is longer is cut.
func Line(s string, runes int) string {
	line := []rune(strings.Map(visible, s))
	if len(line) > runes {
		return string(line[:runes-1]) + "…"
	}
	return string(line)
}

// joiner makes one emoji of several, and letters of some scripts.
const joiner = '\u200d'

func visible(r rune) rune {
	switch {
	case unicode.IsSpace(r):
		return ' '
	case unicode.IsPrint(r), r == joiner:
		return r
	}
	return unicode.ReplacementChar
}
