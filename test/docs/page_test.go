// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package docs checks the documents against the code: their commands run, their links lead somewhere, and their tables have
// what the sources have.
package docs

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const root = "../.."

// read is a file of the repository.
func read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, name))
	must(t, err)
	return string(text)
}

// pages are all documents in Markdown, named from the top.
func pages(t *testing.T) []string {
	t.Helper()
	found, err := filepath.Glob(root + "/*.md")
	must(t, err)
	must(t, filepath.WalkDir(root+"/docs", func(path string, _ fs.DirEntry, err error) error {
		if filepath.Ext(path) == ".md" {
			found = append(found, path)
		}
		return err
	}))
	for i, path := range found {
		found[i], err = filepath.Rel(root, path)
		must(t, err)
	}
	slices.Sort(found)
	return found
}

var fence = regexp.MustCompile("(?m)^( *)```([a-z]*)\n((?:.*\n)*?) *```$")

// blocks are the code blocks of a page in a language, without the indentation of a list.
func blocks(page, language string) (found []string) {
	for _, m := range fence.FindAllStringSubmatch(page, -1) {
		if m[2] == language {
			found = append(found, regexp.MustCompile("(?m)^"+m[1]).ReplaceAllString(m[3], ""))
		}
	}
	return found
}

// prose is a page without its code blocks.
func prose(page string) string { return fence.ReplaceAllString(page, "") }

// section is the prose that a page has below a heading, up to the next one of the same level or a higher one.
func section(t *testing.T, page, heading string) string {
	t.Helper()
	_, rest, found := strings.Cut(prose(page), "\n"+heading+"\n")
	if !found {
		t.Fatalf("there is no %q", heading)
	}
	level := strings.Index(heading, " ")
	if end := regexp.MustCompile(fmt.Sprintf("\n#{1,%d} ", level)).FindStringIndex(rest); end != nil {
		rest = rest[:end[0]]
	}
	return rest
}

// rows are the cells of a page's tables, without heads and rules, trimmed.
func rows(page string) (all [][]string) {
	for _, line := range strings.Split(page, "\n") {
		if !strings.HasPrefix(line, "|") {
			continue
		}
		var cells []string
		for _, cell := range strings.Split(strings.Trim(line, "|"), "|") {
			cells = append(cells, strings.TrimSpace(cell))
		}
		if strings.Trim(cells[0], "-") == "" && len(all) > 0 { // the rule: what is above it is the head
			all = all[:len(all)-1]
			continue
		}
		all = append(all, cells)
	}
	return all
}

var inline = regexp.MustCompile("`([^`]+)`")

// code is what stands in backquotes.
func code(text string) (words []string) {
	for _, m := range inline.FindAllStringSubmatch(text, -1) {
		words = append(words, m[1])
	}
	return words
}
