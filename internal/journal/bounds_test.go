// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/imgroup-operator/imgroup-operator/internal/event"
)

// diskUse is what all files in dir take.
func diskUse(t testing.TB, dir string) int64 {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	sum := int64(0)
	for _, e := range entries {
		if info, err := e.Info(); err == nil {
			sum += info.Size()
		}
	}
	return sum
}

// TestStuckGroupDoesNotPinSegments appends far more than the bound to a hot group while other groups stay pending.
func TestStuckGroupDoesNotPinSegments(t *testing.T) {
	dir := t.TempDir()
	o := testOptions()
	j := open(t, dir, o)
	cold := map[event.Key]string{}
	for i := range 200 {
		ev := renamed(groupKey("cold", i), 1, strings.Repeat("cold", 50)+fmt.Sprint(i))
		appendEvent(t, j, ev)
		cold[ev.Key] = ev.State.Registers[1].Value
	}
	hot := groupKey("hot", 0)
	written, last := 0, ""
	for i := 0; written < 50<<20; i++ {
		last = fmt.Sprint(i) + strings.Repeat("hot", 1500)
		ev := renamed(hot, int64(i), last)
		appendEvent(t, j, ev)
		written += len(event.Append(nil, ev))
		if i%1000 == 0 {
			if use := diskUse(t, dir); use > o.MaxBytes+4096 {
				t.Fatalf("%d bytes on disk after %d events, the bound is %d", use, i, o.MaxBytes)
			}
			if i%3000 == 0 {
				closeJournal(t, j)
				j = open(t, dir, o)
			}
		}
	}
	for range 2 {
		wantNoDamage(t, j)
		for key, want := range cold {
			if got := name(j, key); got != want {
				t.Fatalf("%v is %q, want %q", key, got, want)
			}
		}
		if got := name(j, hot); got != last {
			t.Errorf("the hot group is not what was appended last")
		}
		closeJournal(t, j)
		j = open(t, dir, o)
	}
}

// fill appends events of new groups until the journal refuses, and returns how many it took and why it stopped.
func fill(t *testing.T, j *Journal, app, text string) (n int, err error) {
	t.Helper()
	for n = 0; n < 100000; n++ {
		if err := j.Append(t.Context(), renamed(groupKey(app, n), 1, text)); err != nil {
			return n, err
		}
	}
	t.Fatal("never refused")
	return 0, nil
}

func TestAppKeepsToItsHalfOfTheGroups(t *testing.T) {
	o := testOptions()
	o.MaxGroups = 20
	j := open(t, t.TempDir(), o)
	if n, err := fill(t, j, "a", "x"); n != 10 || !errors.Is(err, ErrShare) {
		t.Errorf("first app took %d, then %v; want 10, ErrShare", n, err)
	}
	if n, err := fill(t, j, "b", "x"); n != 10 || !errors.Is(err, ErrShare) {
		t.Errorf("second app took %d, then %v; want 10, ErrShare", n, err)
	}
	if n, err := fill(t, j, "c", "x"); n != 0 || !errors.Is(err, ErrFull) {
		t.Errorf("third app took %d, then %v; want 0, ErrFull", n, err)
	}
	appendEvent(t, j, renamed(groupKey("a", 3), 2, "a pending group still takes events"))
	key := groupKey("a", 3)
	_, upTo, _ := j.Pending(key)
	j.Checkpoint(key, upTo)
	appendEvent(t, j, renamed(groupKey("a", 77), 1, "room again"))
}

func TestFullJournalKeepsAllAndTakesMoreAfterCheckpoints(t *testing.T) {
	for _, size := range []int{10, 1000, 20000, 60000} {
		t.Run(fmt.Sprint(size, " bytes"), func(t *testing.T) {
			dir := t.TempDir()
			o := testOptions()
			j := open(t, dir, o)
			text := strings.Repeat("x", size)
			total := 0
			for round := range 4 { // each one fills it and empties it
				taken := map[string]int{}
				for _, app := range []string{"a", "b", "c"} {
					n, err := fill(t, j, app, text)
					if want := map[bool]error{true: ErrFull, false: ErrShare}[app == "c"]; !errors.Is(err, want) && n > 0 {
						t.Errorf("app %s took %d, then %v; want %v", app, n, err, want)
					}
					taken[app] = n
					total += n
				}
				if round > 0 && total < round*taken["a"] {
					t.Errorf("room was lost: %v", taken)
				}
				if use := diskUse(t, dir); use > o.MaxBytes+4096 {
					t.Errorf("%d bytes on disk, the bound is %d", use, o.MaxBytes)
				}
				if round == 2 {
					closeJournal(t, j)
					j = open(t, dir, o)
				}
				for app, n := range taken {
					for i := range n {
						key := groupKey(app, i)
						ev, upTo, ok := j.Pending(key)
						if r, _ := ev.State.Get(event.Name); !ok || r.Value != text {
							t.Fatalf("%v is not pending", key)
						}
						j.Checkpoint(key, upTo)
					}
				}
			}
			if total == 0 {
				t.Error("no event was taken at all")
			}
		})
	}
}

// TestPendingGroupsThatGrowStayWithinTheBound gives each of many groups first a short and later a long text, so that
// carrying the oldest segment forward takes far more than its own size.
func TestPendingGroupsThatGrowStayWithinTheBound(t *testing.T) {
	dir := t.TempDir()
	o := testOptions()
	j := open(t, dir, o)
	const groups = 60
	at := int64(0)
	last := map[event.Key]string{}
	for round := range 200 {
		for i := range groups {
			at++
			key := groupKey(fmt.Sprint("app", i%2), i)
			text := strings.Repeat(string(rune('a'+round%26)), min(10+round*10, 1500))
			appendEvent(t, j, renamed(key, at, text))
			last[key] = text
		}
		if use := diskUse(t, dir); use > o.MaxBytes+4096 {
			t.Fatalf("%d bytes on disk in round %d, the bound is %d", use, round, o.MaxBytes)
		}
	}
	closeJournal(t, j)
	j = open(t, dir, o)
	for key, want := range last {
		if name(j, key) != want {
			t.Errorf("%v is not what was appended last", key)
		}
	}
}

func TestJournalThatWasLargerOnceStillWorks(t *testing.T) {
	dir := t.TempDir()
	o := testOptions()
	o.MaxBytes = 4 << 20
	j := open(t, dir, o)
	n, _ := fill(t, j, "a", "x")
	closeJournal(t, j)
	o.MaxBytes, o.MaxGroups = MinBytes, 10
	j = open(t, dir, o)
	if err := j.Append(t.Context(), renamed(groupKey("b", 1), 1, "x")); !errors.Is(err, ErrFull) {
		t.Errorf("Append = %v, want ErrFull", err)
	}
	for i := range n {
		key := groupKey("a", i)
		_, upTo, ok := j.Pending(key)
		if !ok {
			t.Fatalf("group %d is lost", i)
		}
		j.Checkpoint(key, upTo)
	}
	appendEvent(t, j, renamed(groupKey("b", 1), 1, "x"))
}

func TestCheckpointBecomesDurableWithoutAnyOtherWork(t *testing.T) {
	if flushInterval >= time.Second {
		t.Errorf("a checkpoint waits %v", flushInterval)
	}
	dir, key := t.TempDir(), groupKey("app", 1)
	j := open(t, dir, testOptions())
	appendEvent(t, j, renamed(key, 1, "x"))
	_, upTo, _ := j.Pending(key)
	j.Checkpoint(key, upTo)
	reopened := func() *Journal { // what a crash would leave
		copied := filepath.Join(t.TempDir(), "copy")
		if err := os.CopyFS(copied, os.DirFS(dir)); err != nil {
			t.Fatal(err)
		}
		c := open(t, copied, testOptions())
		defer closeJournal(t, c)
		return c
	}
	for start := time.Now(); len(reopened().Keys()) > 0; {
		if time.Since(start) > 20*time.Second {
			t.Fatal("the checkpoint is still not on disk")
		}
	}
}

func TestFilesAreForTheOwnerOnly(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "journal")
	j := open(t, dir, testOptions())
	appendEvent(t, j, renamed(groupKey("app", 1), 1, "x"))
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if info, _ := e.Info(); info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", e.Name(), info.Mode())
		}
	}
	if info, _ := os.Stat(dir); info.Mode().Perm() != 0o700 {
		t.Errorf("directory has mode %v", info.Mode())
	}
	closeJournal(t, j)
	if err := os.Chmod(dir, 0o2770); err != nil { // as a volume's fsGroup does
		t.Fatal(err)
	}
	open(t, dir, testOptions())
}
