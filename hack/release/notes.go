// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

var local = regexp.MustCompile(`\]\(([^):#]+[)#])`)

// notes writes what the changelog says of the version, for the page of the release: beside the folder, because it is not
// among what is downloaded. Links lead to the tag.
func (r release) notes() error {
	text, err := os.ReadFile(filepath.Join(r.top, "CHANGELOG.md"))
	if err != nil {
		return err
	}
	_, notes, found := strings.Cut(string(text), "\n## ["+strings.TrimPrefix(r.version, "v")+"] - ")
	if !found {
		return fmt.Errorf("CHANGELOG.md has no paragraph of %s", r.version)
	}
	_, notes, _ = strings.Cut(notes, "\n") // the date
	for _, end := range []string{"\n## [", "\n["} {
		notes, _, _ = strings.Cut(notes, end)
	}
	notes = local.ReplaceAllString(notes, "]("+repository+"/blob/"+r.version+"/$1")
	return os.WriteFile(r.out+"-notes.md", []byte(strings.TrimSpace(notes)+"\n"), 0o644)
}
