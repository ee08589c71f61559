// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package docs

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The Japanese README says what the English one says, as far as that can be compared: the same headings, code, tables,
// lists, links and words of code, in the same number.
func TestTheJapaneseREADMEIsInStep(t *testing.T) {
	english, japanese := outline(read(t, "README.md")), outline(read(t, "README.ja.md"))
	if diff := cmp.Diff(english, japanese); diff != "" {
		t.Errorf("README.ja.md is other than README.md (-README.md +README.ja.md):\n%s", diff)
	}
	if len(english["headings"]) < 5 || len(english["code blocks"]) < 5 {
		t.Errorf("too little was compared: %v", english)
	}
}

var comment = regexp.MustCompile(`(?m) +# .*$`)

func outline(page string) map[string][]string {
	found := map[string][]string{}
	add := func(what string, s ...string) { found[what] = append(found[what], s...) }
	for _, language := range []string{"", "sh", "yaml"} {
		for _, block := range blocks(page, language) {
			add("code blocks", comment.ReplaceAllString(block, ""))
		}
	}
	text := prose(page)
	for _, m := range heading.FindAllStringSubmatch(text, -1) {
		add("headings", m[1])
	}
	for _, m := range link.FindAllStringSubmatch(text, -1) {
		if !strings.HasPrefix(m[1], "README") {
			add("links", m[1])
		}
	}
	add("words of code", code(text)...)
	slices.Sort(found["words of code"]) // their order is the language's
	for _, m := range regexp.MustCompile(`(?m)^- `).FindAllString(text, -1) {
		add("list items", m)
	}
	for _, row := range rows(text) {
		add("table rows", strings.Repeat("|", len(row)))
	}
	return found
}
