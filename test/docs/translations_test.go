// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package docs

import (
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// original makes a translation's name that of its page in English, and leaves every other name alone.
var original = strings.NewReplacer(".ja.md", ".md", ".zh-CN.md", ".md", "/zh-CN/", "/")

// A translation says what its original says, as far as that can be compared: the same headings, code, tables, lists, links,
// marks and words of code, in the same number.
func TestEveryTranslationIsInStep(t *testing.T) {
	compared := 0
	for _, page := range pages(t) {
		english := original.Replace(page)
		if page == english {
			continue
		}
		compared++
		want := outline(t, english)
		if diff := cmp.Diff(want, outline(t, page)); diff != "" {
			t.Errorf("%s is other than %s (-%s +%s):\n%s", page, english, english, page, diff)
		}
		if len(want["headings"]) < 5 || len(want["code blocks"]) < 5 {
			t.Errorf("%s: too little was compared: %v", page, want)
		}
	}
	if compared < 3 {
		t.Errorf("%d translations were found", compared)
	}
}

// The first line below a page's title leads to the page in every other language.
func TestEveryTranslationIsReachedFromTheOthers(t *testing.T) {
	all := pages(t)
	for _, page := range all {
		var want, linked []string
		for _, other := range all {
			if other != page && original.Replace(other) == original.Replace(page) {
				want = append(want, other)
			}
		}
		if want == nil {
			continue
		}
		for _, m := range link.FindAllStringSubmatch(strings.Split(read(t, page), "\n")[2], -1) {
			linked = append(linked, filepath.Join(filepath.Dir(page), m[1]))
		}
		slices.Sort(linked)
		if diff := cmp.Diff(want, linked); diff != "" {
			t.Errorf("%s, line 3 (-languages +links):\n%s", page, diff)
		}
	}
}

// comment is one in a code block, which is in the page's language unless it names a file.
var comment = regexp.MustCompile(`(?m)(^| +)# [^/\n]*$`)

func outline(t *testing.T, page string) map[string][]string {
	t.Helper()
	found := map[string][]string{}
	add := func(what string, s ...string) { found[what] = append(found[what], s...) }
	whole := read(t, page)
	for _, block := range fence.FindAllString(whole, -1) {
		add("code blocks", comment.ReplaceAllString(block, ""))
	}
	text := prose(whole)
	for _, m := range heading.FindAllStringSubmatch(text, -1) {
		add("headings", m[1])
	}
	add("marks", regexp.MustCompile(`<!--.*-->`).FindAllString(text, -1)...)
	for _, m := range link.FindAllStringSubmatch(text, -1) {
		add("links", leadsTo(t, page, m[1]))
	}
	add("words of code", code(strings.ReplaceAll(text, "\n", " "))...)
	slices.Sort(found["words of code"]) // their order is the language's
	for _, m := range regexp.MustCompile(`(?m)^ *(?:-|\d+\.) `).FindAllString(text, -1) {
		add("list items", m)
	}
	for _, row := range rows(text) {
		add("table rows", strings.Repeat("|", len(row)))
	}
	return found
}

// leadsTo is where a page's link leads, whatever the language: to a page, and to the heading of this number.
func leadsTo(t *testing.T, page, link string) string {
	t.Helper()
	if strings.Contains(link, "://") {
		return link
	}
	path, anchor, anchored := strings.Cut(link, "#")
	target := page
	if path != "" {
		target = filepath.Join(filepath.Dir(page), path)
	}
	if !anchored {
		return original.Replace(target)
	}
	return fmt.Sprintf("%s#%d", original.Replace(target), slices.Index(anchors(read(t, target)), anchor))
}
