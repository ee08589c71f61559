// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package docs

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var (
	link    = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	heading = regexp.MustCompile("(?m)^(#{1,6}) (.*)$")
	unwound = regexp.MustCompile(`\[([^\]]*)\]\([^)]*\)`)
)

// Every link within the repository leads to a file, and to a heading of it.
func TestEveryLinkLeadsSomewhere(t *testing.T) {
	checked := 0
	for _, page := range pages(t) {
		for _, m := range link.FindAllStringSubmatch(prose(read(t, page)), -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			checked++
			path, anchor, _ := strings.Cut(m[1], "#")
			target := page
			if path != "" {
				target = filepath.Join(filepath.Dir(page), path)
			}
			if _, err := os.Stat(filepath.Join(root, target)); err != nil {
				t.Errorf("%s: %s: there is no such file", page, m[1])
			} else if anchor != "" && !slices.Contains(anchors(read(t, target)), anchor) {
				t.Errorf("%s: %s: there is no such heading", page, m[1])
			}
		}
	}
	if checked < 100 {
		t.Errorf("only %d links were found", checked)
	}
}

// anchors are those of a page's headings, as code hosts make them: lower case, blanks become hyphens, punctuation goes.
func anchors(page string) (all []string) {
	for _, m := range heading.FindAllStringSubmatch(prose(page), -1) {
		plain := unwound.ReplaceAllString(m[2], "$1")
		plain = regexp.MustCompile(`[^\p{L}\p{N} _-]`).ReplaceAllString(strings.ToLower(plain), "")
		all = append(all, strings.ReplaceAll(plain, " ", "-"))
	}
	return all
}

// Every page is reached from the index.
func TestTheIndexHasEveryPage(t *testing.T) {
	index := read(t, "docs/README.md")
	for _, page := range pages(t) {
		in, below := strings.CutPrefix(page, "docs/")
		if !below || in == "README.md" || strings.HasPrefix(in, "adr/") || strings.Count(in, "/") > 1 {
			continue // an ADR has its folder there, a recipe its own index
		}
		if !strings.Contains(index, "]("+in+")") {
			t.Errorf("docs/README.md does not name %s", in)
		}
	}
}
