// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package deadletter

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/imgroup-operator/imgroup-operator/internal/event"
	"github.com/imgroup-operator/imgroup-operator/internal/merge"
)

var received = time.UnixMilli(1700000000123).UTC()

func changed(app string, group int, at int64, source event.Source, field, value string) event.Event {
	return event.Event{Key: event.Key{Namespace: "ns", App: app, GroupID: fmt.Sprint("@TGS#", group)}, SDKAppID: 1400000001, Received: received, Count: 1,
		State: event.NewState(event.Changed, event.Change{Time: at, Command: "c", Operator: "admin", Platform: "iOS", Source: source}, []event.Value{{Field: field, Value: value}})}
}

func read(t *testing.T, path string) (l letter) {
	t.Helper()
	b, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(b, &l)
	}
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestALetterIsReadable(t *testing.T) {
	dir := t.TempDir()
	ev := changed("app", 1, 5, event.Callback, event.Name, "<bad> & \"worse\"")
	path, err := New(dir, 1<<20, merge.Fold).SetAside(ev, "the API server said: invalid")
	if err != nil {
		t.Fatal(err)
	}
	if match, _ := filepath.Match(filepath.Join(dir, "rejected-*.json"), path); !match {
		t.Errorf("the file is %s", path)
	}
	if info, _ := os.Stat(path); info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, want 0600", info.Mode())
	}
	got := read(t, path)
	if got.Reason != "the API server said: invalid" {
		t.Errorf("the reason is %q", got.Reason)
	}
	if diff := cmp.Diff(ev, got.event()); diff != "" {
		t.Errorf("the event (-want +got):\n%s", diff)
	}
}

func TestAGroupHasOneFileWithAllItsEvents(t *testing.T) {
	dir := t.TempDir()
	first := changed("app", 1, 5, event.Callback, event.Name, "named")
	second := changed("app", 1, 7, event.REST, event.Notification, "told")
	one, err := New(dir, 1<<20, merge.Fold).SetAside(first, "first")
	if err != nil {
		t.Fatal(err)
	}
	two, err := New(dir, 1<<20, merge.Fold).SetAside(second, "second") // after a restart
	if err != nil || two != one {
		t.Fatalf("the second file is %s, %v; want %s", two, err, one)
	}
	if diff := cmp.Diff(newLetter(merge.Fold(first, second), "second"), read(t, one)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if err := os.WriteFile(one, []byte("{"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := New(dir, 1<<20, merge.Fold).SetAside(second, "third"); err != nil || read(t, one).Reason != "third" {
		t.Errorf("a file that somebody broke is not replaced: %v", err)
	}
}

func TestLettersAreBoundedAndSharedUntilSomebodyCleansUp(t *testing.T) {
	for what, c := range map[string]struct {
		text string
		max  int64
		want int // files of an app
	}{"by their bytes": {strings.Repeat("x", 4000), 64 << 10, 0}, "by their number": {"", 64 << 20, 20}} {
		t.Run(what, func(t *testing.T) {
			dir := t.TempDir()
			b := New(dir, c.max, merge.Fold)
			b.files = 40
			fill := func(app string) int {
				for n := range 100 {
					if _, err := b.SetAside(changed(app, n, 5, event.Callback, event.Name, c.text), "invalid"); errors.Is(err, ErrFull) {
						return n
					} else if err != nil {
						t.Fatal(err)
					}
				}
				t.Fatal("never full")
				return 0
			}
			one, two := fill("a"), fill("b")
			if one < 2 || two < one-1 || c.want > 0 && (one != c.want || two != c.want) {
				t.Errorf("one app has %d files, the other %d", one, two)
			}
			if b.Bytes() > c.max {
				t.Errorf("%d bytes, the bound is %d", b.Bytes(), c.max)
			}
			if _, err := b.SetAside(changed("a", 0, 6, event.Callback, event.Name, c.text), "again"); err != nil {
				t.Errorf("a group that has a file already: %v", err)
			}
			files, _ := filepath.Glob(filepath.Join(dir, "rejected-*"))
			for _, f := range files[:2*len(files)/3+1] {
				if err := os.Remove(f); err != nil {
					t.Fatal(err)
				}
			}
			if _, err := b.SetAside(changed("a", 1<<20, 5, event.Callback, event.Name, c.text), "invalid"); err != nil {
				t.Errorf("after files were deleted: %v", err)
			}
		})
	}
}

func TestALetterThatCannotBeWrittenIsAnError(t *testing.T) {
	if path, err := New(filepath.Join(t.TempDir(), "gone"), 1<<20, merge.Fold).SetAside(changed("app", 1, 5, event.Callback, event.Name, "x"), "r"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("%q, %v", path, err)
	}
}

// TestALetterThatCannotBeReadIsNotOverwritten has a link that leads to itself: it cannot be read, but could be replaced.
func TestALetterThatCannotBeReadIsNotOverwritten(t *testing.T) {
	dir, ev := t.TempDir(), changed("app", 1, 5, event.Callback, event.Name, "x")
	b := New(dir, 1<<20, merge.Fold)
	path, err := b.SetAside(ev, "first")
	if err == nil {
		err = errors.Join(os.Remove(path), os.Symlink(path, path))
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.SetAside(ev, "second"); !errors.Is(err, syscall.ELOOP) {
		t.Errorf("SetAside = %v, want ELOOP", err)
	}
	if info, err := os.Lstat(path); err != nil || info.Mode().IsRegular() {
		t.Errorf("the file was replaced: %v, %v", info, err)
	}
}
