// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const document = root + "/docs/kubectl-imgroup.md"

// shown is an output in the document: a comment that names a file of testdata, and a block with what is in it.
var shown = regexp.MustCompile("(?s)<!-- output: ([a-z0-9-]+) -->\n```console\n(.*?)```\n")

func TestTheDocumentShowsWhatIsPrinted(t *testing.T) {
	text, err := os.ReadFile(document)
	must(t, err)
	if n := len(shown.FindAll(text, -1)); n < 10 {
		t.Fatalf("%d outputs are found", n)
	}
	if *update {
		return // when all tests are done
	}
	want, err := documented(string(text))
	must(t, err)
	if diff := cmp.Diff(want, string(text)); diff != "" {
		t.Errorf("go test ./cmd/kubectl-imgroup -update mends it (-want +got):\n%s", diff)
	}
}

// documented puts the outputs of testdata into the document.
func documented(text string) (_ string, err error) {
	text = shown.ReplaceAllStringFunc(text, func(block string) string {
		name := shown.FindStringSubmatch(block)[1]
		output, readErr := os.ReadFile(filepath.Join("testdata", name+".golden"))
		err = errors.Join(err, readErr)
		return "<!-- output: " + name + " -->\n```console\n" + string(output) + "```\n"
	})
	return text, err
}

// updateDocument writes the document anew.
func updateDocument() error {
	text, err := os.ReadFile(document)
	if err != nil {
		return err
	}
	now, err := documented(string(text))
	if err != nil {
		return err
	}
	return os.WriteFile(document, []byte(now), 0o600)
}
