// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"github.com/imgroup-operator/imgroup-operator/internal/event"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(childDir); dir != "" {
		child(dir)
		return
	}
	goleak.VerifyTestMain(m)
}

// join is a merge law for tests: of each field the greatest (time, value, source), and the newest Last.
func join(a, b event.State) event.State {
	best := map[string]event.Register{}
	for _, r := range slices.Concat(a.Registers, b.Registers) {
		if old, ok := best[r.Field]; !ok || compare(old, r) < 0 {
			best[r.Field] = r
		}
	}
	s := event.State{Last: a.Last}
	if b.Last.Time > a.Last.Time || b.Last.Time == a.Last.Time && b.Last.Command > a.Last.Command {
		s.Last = b.Last
	}
	for _, f := range slices.Sorted(maps.Keys(best)) {
		s.Registers = append(s.Registers, best[f])
	}
	return s
}

// fold is a fold for tests by that law.
func fold(a, b event.Event) event.Event {
	if a.SDKAppID != b.SDKAppID {
		return b
	}
	b.State, b.Count = join(a.State, b.State), a.Count+b.Count
	if a.Received.Before(b.Received) {
		b.Received = a.Received
	}
	return b
}

func compare(a, b event.Register) int {
	return cmp.Or(cmp.Compare(a.Time, b.Time), cmp.Compare(a.Value, b.Value))
}

var epoch = time.Unix(1700000000, 0)

func groupKey(app string, n int) event.Key {
	return event.Key{Namespace: "ns", App: app, GroupID: fmt.Sprintf("@TGS#%d", n)}
}

// renamed is an event that gives a group a new name at a time in milliseconds.
func renamed(key event.Key, at int64, name string) event.Event {
	change := event.Change{Time: at, Command: "Group.CallbackAfterGroupInfoChanged", Operator: "admin", Platform: "RESTAPI",
		Source: event.Callback}
	return event.Event{
		Key: key, SDKAppID: 1400000001, Received: epoch.Add(time.Duration(at) * time.Millisecond), Count: 1,
		State: event.NewState(event.Changed, change, []event.Value{{Field: event.Name, Value: name}}),
	}
}

func testOptions() Options {
	return Options{MaxBytes: 1 << 20, MaxGroups: 10000, Fold: fold, disk: quickDisk{}}
}

// quickDisk is the real disk without its syncs, for tests that nobody kills.
type quickDisk struct{ osDisk }

type quickFile struct{ osFile }

func (quickDisk) syncDir(string) error { return nil }
func (quickFile) sync() error          { return nil }
func (quickFile) datasync() error      { return nil }

func (d quickDisk) open(path string, flag int) (file, error) {
	f, err := d.osDisk.open(path, flag)
	if err != nil {
		return nil, err
	}
	return quickFile{f.(osFile)}, nil
}

func open(t testing.TB, dir string, o Options) *Journal {
	t.Helper()
	j, err := Open(dir, o)
	if err != nil {
		t.Fatalf("Open: %v", err)
	}
	t.Cleanup(func() { j.Close() })
	return j
}

func closeJournal(t testing.TB, j *Journal) {
	t.Helper()
	if err := j.Close(); err != nil {
		t.Fatalf("Close: %v", err)
	}
}

func appendEvent(t testing.TB, j *Journal, ev event.Event) {
	t.Helper()
	if err := j.Append(t.Context(), ev); err != nil {
		t.Fatalf("Append: %v", err)
	}
}

// name is the pending name of a group, "" if nothing is pending.
func name(j *Journal, key event.Key) string {
	ev, _, _ := j.Pending(key)
	r, _ := ev.State.Get(event.Name)
	return r.Value
}

func wantNoDamage(t testing.TB, j *Journal) {
	t.Helper()
	if d := j.Damage(); len(d) > 0 {
		t.Errorf("Damage() = %v, want none", d)
	}
}

func segmentFiles(t testing.TB, dir string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(dir, "*.log"))
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestAppendedEventIsPendingUntilItsCheckpoint(t *testing.T) {
	dir, key := t.TempDir(), groupKey("app", 1)
	j := open(t, dir, testOptions())
	if _, _, ok := j.Pending(key); ok {
		t.Error("Pending of a new journal has an event")
	}
	want := renamed(key, 5, "one")
	appendEvent(t, j, want)
	closeJournal(t, j)

	j = open(t, dir, testOptions())
	wantNoDamage(t, j)
	got, upTo, ok := j.Pending(key)
	if diff := gocmp.Diff(want, got); !ok || diff != "" {
		t.Errorf("Pending after reopening: ok %v, diff (-want +got):\n%s", ok, diff)
	}
	if diff := gocmp.Diff([]event.Key{key}, j.Keys()); diff != "" {
		t.Errorf("Keys (-want +got):\n%s", diff)
	}
	j.Checkpoint(key, upTo)
	if _, _, ok := j.Pending(key); ok {
		t.Error("event is pending after its checkpoint")
	}
	closeJournal(t, j)

	j = open(t, dir, testOptions())
	if keys := j.Keys(); len(keys) > 0 || j.Stats().Groups != 0 {
		t.Errorf("Keys after a checkpoint and reopening = %v, Stats = %+v", keys, j.Stats())
	}
}

func TestEventsOfAGroupAreFoldedIntoOne(t *testing.T) {
	dir, key := t.TempDir(), groupKey("app", 1)
	j := open(t, dir, testOptions())
	for i := range 100 {
		appendEvent(t, j, renamed(key, int64(1+(i*37)%100), fmt.Sprint("name ", (i*37)%100)))
	}
	check := func() {
		t.Helper()
		got, _, _ := j.Pending(key)
		want := renamed(key, 100, "name 99")
		want.Count, want.Received = 100, epoch.Add(time.Millisecond)
		if diff := gocmp.Diff(want, got); diff != "" {
			t.Errorf("Pending (-want +got):\n%s", diff)
		}
	}
	check()
	closeJournal(t, j)
	j = open(t, dir, testOptions())
	check()
}

func TestCheckpointLeavesWhatCameAfterPending(t *testing.T) {
	dir, key := t.TempDir(), groupKey("app", 1)
	j := open(t, dir, testOptions())
	appendEvent(t, j, renamed(key, 1, "one"))
	_, upTo, _ := j.Pending(key)
	appendEvent(t, j, renamed(key, 2, "two"))
	j.Checkpoint(key, upTo)
	got, _, _ := j.Pending(key)
	if diff := gocmp.Diff(renamed(key, 2, "two"), got); diff != "" {
		t.Errorf("Pending (-want +got):\n%s", diff)
	}
	closeJournal(t, j)
	j = open(t, dir, testOptions())
	if got := name(j, key); got != "two" {
		t.Errorf("name after reopening = %q", got)
	}
}

func TestOfTwoApplicationsTheLaterAppendedCounts(t *testing.T) {
	dir, key := t.TempDir(), groupKey("app", 1)
	j := open(t, dir, testOptions())
	old, fresh := renamed(key, 9, "old"), renamed(key, 5, "new")
	fresh.SDKAppID++
	appendEvent(t, j, old)
	j.Pending(key)
	appendEvent(t, j, fresh)
	for range 2 {
		got, _, _ := j.Pending(key)
		if diff := gocmp.Diff(fresh, got); diff != "" {
			t.Errorf("Pending (-want +got):\n%s", diff)
		}
		closeJournal(t, j)
		j = open(t, dir, testOptions())
	}
}

func TestWakeComesForEveryGroupAfterItsEventIsPending(t *testing.T) {
	woken := make(chan event.Key, 100)
	o := testOptions()
	o.Wake = func(k event.Key) { woken <- k }
	j := open(t, t.TempDir(), o)
	for i := range 10 {
		appendEvent(t, j, renamed(groupKey("app", i), 1, "x"))
		k := <-woken
		if name(j, k) != "x" || k != groupKey("app", i) {
			t.Errorf("woken for %v, want group %d with its event", k, i)
		}
	}
}

func TestRefusesWhatCouldNotBeReadAgain(t *testing.T) {
	j := open(t, t.TempDir(), testOptions())
	if err := j.Append(t.Context(), event.Event{Key: groupKey("app", 1)}); err == nil {
		t.Error("an event without a source was accepted")
	}
}

func TestClosedJournalRefuses(t *testing.T) {
	j := open(t, t.TempDir(), testOptions())
	closeJournal(t, j)
	closeJournal(t, j)
	if err := j.Append(t.Context(), renamed(groupKey("app", 1), 1, "x")); !errors.Is(err, ErrClosed) {
		t.Errorf("Append = %v, want ErrClosed", err)
	}
}

func TestSecondOpenIsTold(t *testing.T) {
	dir := t.TempDir()
	j := open(t, dir, testOptions())
	_, err := Open(dir, testOptions())
	if want := "journal directory " + dir + " is in use by another process"; err == nil || err.Error() != want {
		t.Errorf("second Open = %v, want %s", err, want)
	}
	closeJournal(t, j)
	open(t, dir, testOptions())
}

func TestCancelledAppendReturnsAtOnce(t *testing.T) {
	j := open(t, t.TempDir(), testOptions())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := j.Append(ctx, renamed(groupKey("app", 1), 1, "x")); !errors.Is(err, context.Canceled) {
		t.Errorf("Append = %v, want context.Canceled", err)
	}
}

// TestManyAppendersAndWorkersLoseNothing has appenders race with workers that apply and checkpoint what wakes them;
// what the workers saw, joined, must be all that was acknowledged.
func TestManyAppendersAndWorkersLoseNothing(t *testing.T) {
	const appenders, each, groups = 32, 200, 10
	wake := make(chan event.Key, appenders*each)
	o := testOptions()
	o.Wake = func(k event.Key) { wake <- k }
	dir := t.TempDir()
	j := open(t, dir, o)
	var mu sync.Mutex
	applied := map[event.Key]event.State{}
	var workers, clients sync.WaitGroup
	for range 4 {
		workers.Go(func() {
			for k := range wake {
				ev, upTo, ok := j.Pending(k)
				if !ok {
					continue
				}
				mu.Lock()
				applied[k] = join(applied[k], ev.State)
				mu.Unlock()
				j.Checkpoint(k, upTo)
			}
		})
	}
	for a := range appenders {
		clients.Go(func() {
			for i := range each {
				appendEvent(t, j, renamed(groupKey("app", (a+i)%groups), int64(1+i*appenders+a), fmt.Sprint(a, i)))
			}
		})
	}
	clients.Wait()
	closeJournal(t, j)
	close(wake)
	workers.Wait()
	for g := range groups {
		want := int64(0)
		for a := range appenders {
			for i := range each {
				if (a+i)%groups == g {
					want = max(want, int64(1+i*appenders+a))
				}
			}
		}
		if got := applied[groupKey("app", g)].Last.Time; got != want {
			t.Errorf("group %d: newest applied is %d, want %d", g, got, want)
		}
	}
	if left := j.Keys(); len(left) > 0 {
		t.Errorf("still pending: %v", left)
	}
}
