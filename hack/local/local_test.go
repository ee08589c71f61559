// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestFirstLineErrors(t *testing.T) {
	dir := t.TempDir()
	for _, test := range []struct {
		name string
		args []string
		want string
	}{
		{"no word", nil, "say run or demo"},
		{"not in the repository", []string{"-crds", filepath.Join(dir, "none"), "demo"}, "run this from the top of the repository"},
		{"a Pod that nobody reaches", []string{"-pod", "install.yaml", "run"}, "-pod is for the demo"},
		{"not built", []string{"-crds", dir, "-manager", filepath.Join(dir, "none"), "demo"}, "run `make build`"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var out bytes.Buffer
			err := mainWith(t.Context(), false, test.args, &out)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("the error is %v, want %q in it", err, test.want)
			}
		})
	}
}

func TestSecretIsMadeOnceAndIsPrivate(t *testing.T) {
	file := filepath.Join(t.TempDir(), "new", "token")
	first, err := ownSecret(file)
	if err != nil || len(first) < 26 {
		t.Fatalf("secret %q, %v", first, err)
	}
	if second, err := ownSecret(file); err != nil || second != first {
		t.Errorf("the second time the secret is %q, %v", second, err)
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file's mode is %v, %v", info.Mode(), err)
	}
}

func TestChecklist(t *testing.T) {
	var out bytes.Buffer
	c := checklist{out: &out}
	if c.result() == nil {
		t.Error("nothing was checked, and that passed")
	}
	c.that(true, "one", "")
	if err := c.result(); err != nil || !strings.Contains(out.String(), "demo: all 1 checks passed") {
		t.Errorf("%v: %s", err, out.String())
	}
	c.that(false, "two", "got 3")
	if err := c.result(); err == nil || !strings.Contains(out.String(), "FAILED two: got 3") {
		t.Errorf("%v: %s", err, out.String())
	}
}
