// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package screen

import (
	"strings"

	"github.com/imgroup-operator/imgroup-operator/internal/terminal"
)

// Wrap breaks a text, which is escaped already, at blanks; a width below 1 is none. What has no blank stays whole.
func Wrap(text string, width int) []string {
	return wrap(text, width, func(word string) []string { return []string{word} })
}

// fold is Wrap that breaks also what has no blank and does not fit on a line, such as Japanese text.
func fold(text string, width int) []string {
	return wrap(text, width, func(word string) []string { return split(word, width) })
}

// wrap is told how to break a word.
func wrap(text string, width int, broken func(string) []string) (lines []string) {
	line := ""
	for word := range strings.SplitSeq(text, " ") {
		if line != "" && (width < 1 || terminal.Columns(line)+1+terminal.Columns(word) <= width) {
			line += " " + word
			continue
		}
		if line != "" {
			lines = append(lines, line)
		}
		parts := broken(word)
		lines, line = append(lines, parts[:len(parts)-1]...), parts[len(parts)-1]
	}
	return append(lines, line)
}

// split breaks a word wherever a line is full, but nothing that is drawn in one place.
func split(word string, width int) (lines []string) {
	line, used := "", 0
	for cluster := range terminal.Clusters(word) {
		columns := terminal.Columns(cluster)
		if width > 0 && used+columns > width && line != "" {
			lines, line, used = append(lines, line), "", 0
		}
		line, used = line+cluster, used+columns
	}
	return append(lines, line)
}
