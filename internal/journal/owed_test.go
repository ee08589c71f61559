// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

// crashed is what a kill leaves of a journal.
func crashed(t *testing.T, dir string) *Journal {
	t.Helper()
	copied := filepath.Join(t.TempDir(), "copy")
	if err := os.CopyFS(copied, os.DirFS(dir)); err != nil {
		t.Fatal(err)
	}
	return open(t, copied, testOptions())
}

func TestAResyncIsOwedUntilItIsSettled(t *testing.T) {
	dir := t.TempDir()
	one, two := App{"ns", "one"}, App{"ns", "two"}
	j := open(t, dir, testOptions())
	j.Owe(two)
	j.Owe(one)
	waitFor(t, func() bool { // on the disk by itself
		b, err := os.ReadFile(filepath.Join(dir, manifestName))
		return err == nil && bytes.Contains(b, []byte(one.Name)) && bytes.Contains(b, []byte(two.Name))
	})
	if got := crashed(t, dir).Owed(nil, true); !slices.Equal(got, []App{one, two}) {
		t.Errorf("after a crash resyncs are owed to %v", got)
	}
	j.Settle(one)
	closeJournal(t, j)
	if got := open(t, dir, testOptions()).Owed(nil, true); !slices.Equal(got, []App{two}) {
		t.Errorf("after one was settled resyncs are owed to %v", got)
	}
}

func TestDamageOwesAResyncToEveryAppUntilEachIsSettled(t *testing.T) {
	dir, _, segments := several(t)
	if err := os.Remove(segments[1]); err != nil {
		t.Fatal(err)
	}
	closeJournal(t, open(t, dir, testOptions())) // nobody could ask the API server
	j := open(t, dir, testOptions())
	wantNoDamage(t, j)
	known := []App{{"a", "x"}, {"b", "x"}}
	if got := j.Owed(known[:1], false); !slices.Equal(got, known[:1]) {
		t.Errorf("resyncs are owed to %v", got)
	}
	j.Settle(known[0])
	closeJournal(t, j) // the other app could not be seen
	j = open(t, dir, testOptions())
	if got := j.Owed(known, true); !slices.Equal(got, known) {
		t.Errorf("resyncs are owed to %v", got)
	}
	j.Settle(known[0])
	closeJournal(t, j)
	j = open(t, dir, testOptions())
	if got := j.Owed(append(known, App{"c", "later"}), true); !slices.Equal(got, known[1:]) {
		t.Errorf("after one was settled resyncs are owed to %v", got)
	}
}
