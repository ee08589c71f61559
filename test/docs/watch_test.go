// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package docs

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/imgroup-operator/imgroup-operator/test/child"
)

// watch runs a command that shows changes, which goes on until the end of the test.
func (s *stack) watch(t *testing.T, block string) {
	t.Helper()
	top, err := filepath.Abs(root)
	must(t, err)
	command := strings.NewReplacer("-o bin/", "-C "+top+" -o "+s.dir+"/bin/", "\nbin/", "\nexec bin/").Replace(block)
	watch, err := child.Start(child.Options{Path: "/bin/sh", Args: []string{"-euc", "cd " + s.dir + "\n" + command}, Log: s.watched()})
	must(t, err)
	t.Cleanup(func() { _ = watch.Stop(stopGrace) }) // it ends as one does that is interrupted
	eventually(t, "the plugin is built and watches", func() error {
		must(t, watch.Err())
		return s.shows(t, "Watching ")
	})
}

// awaitShown waits until the command that watches has shown something.
func (s *stack) awaitShown(t *testing.T, words []string) {
	t.Helper()
	if len(words) > 0 {
		eventually(t, "the change is shown", func() error { return s.shows(t, words...) })
	}
}

func (s *stack) shows(t *testing.T, words ...string) error {
	t.Helper()
	text, err := os.ReadFile(s.watched())
	must(t, err)
	return has(string(text), words...)
}

// watched is the file with what the command that watches has shown.
func (s *stack) watched() string { return filepath.Join(s.dir, "watched") }
