// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

var (
	// named is the version where manifests and documents name it, behind what it belongs to.
	named = regexp.MustCompile(`(\?ref=|/releases/download/|/raw/|refs/tags/|` + image + `:|ref: \{tag: |targetRevision: |kubectl-imgroup@|kubectl-imgroup_)` +
		`v[0-9]+\.[0-9]+\.[0-9]+(?:-[0-9a-z.]*[0-9a-z])?`)
	// early is what holds only as long as there is no release.
	early = regexp.MustCompile(`(?s)<!-- until the first release -->\n.*?<!-- /until -->\n\n?`)

	tag       = regexp.MustCompile(`newTag: .*`)
	installed = regexp.MustCompile(`image: ` + image + `:.*`)
)

// prepare writes the version into manifests and documents: what the commit that is tagged has to hold.
func (r release) prepare(now time.Time) error {
	if err := r.change("CHANGELOG.md", r.dated(now)); err != nil {
		return err
	}
	if err := r.change("config/manager/kustomization.yaml", replaceAll(tag, "newTag: "+r.version)); err != nil {
		return err
	}
	if err := r.change("dist/install.yaml", replaceAll(installed, "image: "+image+":"+r.version)); err != nil {
		return err
	}
	pages, err := r.pages()
	if err != nil {
		return err
	}
	for _, page := range pages {
		if err := r.change(page, func(text string) (string, error) {
			return named.ReplaceAllString(early.ReplaceAllString(text, ""), "${1}"+r.version), nil
		}); err != nil {
			return err
		}
	}
	return nil
}

// pages are all documents but the decision records, which say what was.
func (r release) pages() (found []string, err error) {
	files := os.DirFS(r.top)
	if found, err = fs.Glob(files, "*.md"); err != nil {
		return nil, err
	}
	err = fs.WalkDir(files, "docs", func(path string, _ fs.DirEntry, err error) error {
		if filepath.Ext(path) == ".md" && !strings.HasPrefix(path, "docs/adr/") {
			found = append(found, path)
		}
		return err
	})
	return found, err
}

// dated gives the version's paragraph in the changelog its date, unless it has one, and leads its link to the tag.
func (r release) dated(now time.Time) func(string) (string, error) {
	return func(text string) (string, error) {
		number := strings.TrimPrefix(r.version, "v")
		if !strings.Contains(text, "\n## ["+number+"] - ") {
			return "", fmt.Errorf("there is no paragraph [%s]", number)
		}
		text = strings.Replace(text, "\n## ["+number+"] - Unreleased\n", "\n## ["+number+"] - "+now.UTC().Format(time.DateOnly)+"\n", 1)
		link := regexp.MustCompile(`(?m)^\[` + regexp.QuoteMeta(number) + `\]: .*$`)
		return link.ReplaceAllString(text, "["+number+"]: "+repository+"/releases/tag/"+r.version), nil
	}
}

func replaceAll(pattern *regexp.Regexp, by string) func(string) (string, error) {
	return func(text string) (string, error) {
		if !pattern.MatchString(text) {
			return "", fmt.Errorf("there is no %s", pattern)
		}
		return pattern.ReplaceAllLiteralString(text, by), nil
	}
}

// change rewrites a file of the repository.
func (r release) change(name string, edit func(string) (string, error)) error {
	path := filepath.Join(r.top, name)
	before, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	after, err := edit(string(before))
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if after == string(before) {
		return nil
	}
	return os.WriteFile(path, []byte(after), 0o644)
}
