// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestTheDockerfile keeps what a build on another machine and the kubelet rely on.
func TestTheDockerfile(t *testing.T) {
	r, err := readRecipe("../../Dockerfile")
	must(t, err)
	if r.from != "gcr.io/distroless/static:nonroot" || r.platform != "$BUILDPLATFORM" {
		t.Errorf("the image is based on %s and built on %s; want a base without a shell, and a cross build", r.from, r.platform)
	}
	text, err := os.ReadFile("../../go.mod")
	must(t, err)
	goVersion := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindSubmatch(text)
	if len(goVersion) == 0 || r.builder != "golang:"+string(goVersion[1]) {
		t.Errorf("the builder is %s, go.mod has %q", r.builder, goVersion)
	}
}

// TestTheBuildGetsWhatItCopies: .dockerignore begins with leaving out everything.
func TestTheBuildGetsWhatItCopies(t *testing.T) {
	r, err := readRecipe("../../Dockerfile")
	must(t, err)
	text, err := os.ReadFile("../../.dockerignore")
	must(t, err)
	let := strings.Split(string(text), "\n")
	for _, source := range r.sources {
		if !slices.Contains(let, "!"+strings.TrimSuffix(source, "/")) {
			t.Errorf("COPY %s: .dockerignore leaves it out", source)
		}
	}
}

// TestABadRecipeIsRefused: a Dockerfile that this program would misread.
func TestABadRecipeIsRefused(t *testing.T) {
	for name, text := range map[string]string{
		"one stage":           "FROM scratch\nCOPY a b\n",
		"nothing is built":    "FROM golang:1.27 AS build\nRUN true\nFROM scratch\nCOPY --from=build /a /a\n",
		"an unknown command":  "FROM golang:1.27 AS build\nRUN go build .\nFROM scratch\nRUN true\n",
		"not a Dockerfile":    "FRUM scratch\n",
		"what does not exist": "",
	} {
		file := filepath.Join(t.TempDir(), "Dockerfile")
		if text != "" {
			must(t, os.WriteFile(file, []byte(text), 0o600))
		}
		if _, err := readRecipe(file); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
