// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

const testVersion = "v0.1.0"

var day = time.Date(2030, time.January, 2, 3, 4, 5, 0, time.UTC)

// prepared is a release of a copy of what prepare writes to, for this machine alone.
func prepared(t *testing.T, version string) release {
	t.Helper()
	r := release{top: t.TempDir(), source: "../..", version: version, platforms: []platform{{runtime.GOOS, runtime.GOARCH}}}
	r.out = filepath.Join(r.top, "bin", "release")
	for _, dir := range []string{"config", "dist", "docs"} {
		must(t, os.CopyFS(filepath.Join(r.top, dir), os.DirFS(filepath.Join(r.source, dir))))
	}
	pages, err := filepath.Glob(r.source + "/*.md")
	must(t, err)
	for _, page := range pages {
		text, err := os.ReadFile(page)
		must(t, err)
		must(t, os.WriteFile(filepath.Join(r.top, filepath.Base(page)), text, 0o600))
	}
	text := strings.ReplaceAll(changelog, "NUMBER", strings.TrimPrefix(version, "v"))
	must(t, os.WriteFile(filepath.Join(r.top, "CHANGELOG.md"), []byte(text), 0o600))
	must(t, r.prepare(day))
	return r
}

const changelog = `# Changelog

## [NUMBER] - Unreleased

What it means, see [Install](docs/install.md#ingress) and [this](https://example.org/).

### Security

- Nothing.

## [0.0.1] - 2020-02-03

The one before.

[NUMBER]: https://github.com/imgroup-operator/imgroup-operator/commits/main
[0.0.1]: https://github.com/imgroup-operator/imgroup-operator/releases/tag/v0.0.1
`

// The changelog's newest paragraph can be released.
func TestTheChangelogIsReady(t *testing.T) {
	r := release{top: "../.."}
	text := r.read(t, "CHANGELOG.md")
	newest := regexp.MustCompile(`(?m)^## \[([^]]+)\] - (.*)$`).FindStringSubmatch(text)
	r.version = "v" + newest[1]
	released, err := r.dated(day)(text)
	must(t, err)
	if !semantic.MatchString(r.version) || !strings.Contains(released, "\n["+newest[1]+"]: "+repository+"/releases/tag/"+r.version+"\n") ||
		newest[2] == "Unreleased" && !strings.Contains(released, "\n## ["+newest[1]+"] - 2030-01-02\n") {
		t.Errorf("%q becomes\n%s", newest[0], released)
	}
}

func TestAPreparedTreeIsOfTheVersion(t *testing.T) {
	r := prepared(t, "v7.8.9-rc.1")
	pages, err := r.pages()
	must(t, err)
	urls := 0
	for _, page := range pages {
		text := r.read(t, page)
		if strings.Contains(text, "until the first release") && page != "RELEASING.md" {
			t.Errorf("%s says what holds until the first release", page)
		}
		for _, m := range named.FindAllString(text, -1) {
			if urls++; !strings.HasSuffix(m, "v7.8.9-rc.1") {
				t.Errorf("%s names %s", page, m)
			}
		}
	}
	if urls < 30 {
		t.Errorf("only %d names of the version were found", urls)
	}
	for name, want := range map[string]string{
		"CHANGELOG.md":                      "\n## [7.8.9-rc.1] - 2030-01-02\n",
		"config/manager/kustomization.yaml": "newTag: v7.8.9-rc.1\n",
		"dist/install.yaml":                 "image: " + image + ":v7.8.9-rc.1\n",
	} {
		if !strings.Contains(r.read(t, name), want) {
			t.Errorf("%s lacks %q", name, want)
		}
	}
	before := r.read(t, "CHANGELOG.md")
	must(t, r.prepare(day.AddDate(0, 1, 0)))
	if diff := cmp.Diff(before, r.read(t, "CHANGELOG.md")); diff != "" {
		t.Errorf("the second time is not as the first:\n%s", diff)
	}
	r.version = "v8.0.0"
	if err := r.prepare(day); err == nil || !strings.Contains(err.Error(), "8.0.0") {
		t.Errorf("a version that the changelog does not have: %v", err)
	}
}

// versioned is a version that belongs to the project.
var versioned = regexp.MustCompile(`(?:imgroup-operator|kubectl-imgroup)\S*\b(v[0-9]+\.[0-9]+\.[0-9]+)`)

// Documents name the project's versions only where prepare finds them, or the next release is documented with the last one's.
func TestNoVersionIsForgotten(t *testing.T) {
	r := prepared(t, "v7.8.9")
	pages, err := r.pages()
	must(t, err)
	for _, page := range pages {
		for _, line := range strings.Split(r.read(t, page), "\n") {
			if m := versioned.FindStringSubmatch(line); len(m) == 2 && m[1] != r.version && page != "CHANGELOG.md" {
				t.Errorf("%s: %s", page, line)
			}
		}
	}
}

func (r release) read(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(r.top, name))
	must(t, err)
	return string(text)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
