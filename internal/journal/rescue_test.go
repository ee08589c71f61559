// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// holedDisk is the real disk, of whose segments one page cannot be read for a while.
type holedDisk struct {
	osDisk
	page atomic.Int64 // that cannot be read; -1 = none
}

type holedFile struct {
	file
	d *holedDisk
}

func (d *holedDisk) open(path string, flag int) (file, error) {
	f, err := d.osDisk.open(path, flag)
	if err != nil || !strings.HasSuffix(path, ".log") {
		return f, err
	}
	return holedFile{f, d}, nil
}

func (f holedFile) ReadAt(b []byte, off int64) (int, error) {
	if at := f.d.page.Load() * 4096; at >= 0 && off < at+4096 && off+int64(len(b)) > at {
		return 0, syscall.EIO
	}
	return f.file.ReadAt(b, off)
}

// TestAPageOfTheLastWriteThatCannotBeReadIsNotOverwritten has a last write of several pages, one of which cannot be read at
// one start.
func TestAPageOfTheLastWriteThatCannotBeReadIsNotOverwritten(t *testing.T) {
	d := &holedDisk{}
	d.page.Store(-1)
	dir := t.TempDir()
	o := testOptions()
	o.MaxBytes, o.disk, o.patience = 16<<20, d, time.Nanosecond // segments of 256 KiB, batches of 16
	j := newJournal(dir, o)
	if err := j.recover(); err != nil {
		t.Fatal(err)
	}
	for i := range 30 { // one write of some 15 KiB; then a kill
		if err := j.queue.put(newRequest(renamed(groupKey("app", i), 1, strings.Repeat("x", 400)))); err != nil {
			t.Fatal(err)
		}
	}
	_ = j.turn()
	j.log.seal()
	before, _ := os.ReadFile(segmentFiles(t, dir)[0])

	d.page.Store(1)
	j = newJournal(dir, o)
	if err := j.recover(); err != nil || len(j.Damage()) == 0 {
		t.Fatalf("recover: %v, damage %v", err, j.Damage())
	}
	d.page.Store(-1)
	after, _ := os.ReadFile(filepath.Join(dir, segmentName(1)))
	if !slices.Equal(before, after) {
		t.Error("the segment was changed")
	}
	j = newJournal(dir, o)
	if err := j.recover(); err != nil || len(j.Damage()) > 0 {
		t.Errorf("recover: %v, damage %v", err, j.Damage())
	}
	if n := len(j.Keys()); n != 30 {
		t.Errorf("%d of 30 acknowledged events are there when all can be read", n)
	}
}

// onLog calls a function for each line.
type onLog struct {
	slog.Handler
	f func(slog.Record)
}

func (h onLog) Enabled(context.Context, slog.Level) bool { return true }

func (h onLog) Handle(_ context.Context, r slog.Record) error { h.f(r); return nil }

// TestAppendsThatGiveUpWhileTheDiskGoesOnAreForgotten has appends run into their deadlines in the moment in which the
// committer tells that the disk writes again.
func TestAppendsThatGiveUpWhileTheDiskGoesOnAreForgotten(t *testing.T) {
	var j *Journal
	told := 0
	o := testOptions()
	o.Log = slog.New(onLog{slog.DiscardHandler, func(slog.Record) {
		if told++; told == 1 {
			j.failures.Add(3)
		}
	}})
	j = newJournal(t.TempDir(), o)
	if err := j.recover(); err != nil {
		t.Fatal(err)
	}
	j.failures.Add(1)
	for _, want := range []int{3, 0} { // after each tick
		if err := j.flush(); err != nil || j.Failures() != want {
			t.Errorf("%d failures after %v, want %d", j.Failures(), err, want)
		}
	}
}

// TestAProbeThatFindsTheJournalFullIsTriedAgain: else the replica stays unready although the disk works.
func TestAProbeThatFindsTheJournalFullIsTriedAgain(t *testing.T) {
	j := newJournal(t.TempDir(), testOptions())
	j.failures.Store(3)
	j.log.bytes.Store(j.log.budget)
	if err := j.flush(); !errors.Is(err, ErrFull) || j.Failures() != 3 {
		t.Errorf("%d failures after %v", j.Failures(), err)
	}
	j.log.bytes.Store(0)
	if err := j.flush(); err != nil || j.Failures() != 0 {
		t.Errorf("%d failures after %v", j.Failures(), err)
	}
}

// TestASegmentThatIsKeptFreesNothing: compaction cannot count on the space of one that could not be read.
func TestASegmentThatIsKeptFreesNothing(t *testing.T) {
	j := newJournal(t.TempDir(), testOptions())
	s := j.log.segmentSize
	j.log.segments = []*segment{{id: 1, size: s, unread: true}, {id: 2, size: s, cost: 3 * s}}
	if got := j.overshoot(); got != 3*s {
		t.Errorf("overshoot = %d, want %d", got, 3*s)
	}
}

// TestCheckpointsThatDidNotFitDoNotWaitForLaterOnes has more than a batch of them.
func TestCheckpointsThatDidNotFitDoNotWaitForLaterOnes(t *testing.T) {
	j := newJournal(t.TempDir(), testOptions())
	if err := j.recover(); err != nil {
		t.Fatal(err)
	}
	for i := range 200 {
		j.marks[groupKey("app", i)] = 1
	}
	if err := j.turn(); err != nil || j.waitingMarks() == 0 {
		t.Fatalf("all fit into one batch, or none: %v", err)
	}
	if err := j.flush(); err != nil || j.waitingMarks() > 0 {
		t.Errorf("%d wait still: %v", j.waitingMarks(), err)
	}
}

// unlinkless is a disk whose segments cannot be deleted, and counts the files that get their name.
type unlinkless struct {
	osDisk
	renames int
}

func (d *unlinkless) rename(from, to string) error { d.renames++; return d.osDisk.rename(from, to) }

func (d *unlinkless) remove(string) error { return syscall.EPERM }

// TestSegmentsThatCannotBeDeletedCostNoManifestWithEachBatch: one that does not name them is enough.
func TestSegmentsThatCannotBeDeletedCostNoManifestWithEachBatch(t *testing.T) {
	d := &unlinkless{}
	o := testOptions()
	o.disk = d
	j := newJournal(t.TempDir(), o)
	if err := j.recover(); err != nil {
		t.Fatal(err)
	}
	write := func(text string) {
		if err := j.queue.put(newRequest(renamed(groupKey("hot", 1), 1, text))); err != nil {
			t.Fatal(err)
		}
		if err := j.turn(); err != nil {
			t.Fatal(err)
		}
		_, upTo, _ := j.Pending(groupKey("hot", 1))
		j.Checkpoint(groupKey("hot", 1), upTo)
	}
	for len(j.log.doomed) == 0 {
		write(strings.Repeat("x", 1000))
	}
	before := d.renames
	for range 5 {
		write("x")
	}
	if d.renames > before {
		t.Errorf("%d files were written for 5 small batches", d.renames-before)
	}
}

// TestFullBatchesLeaveRoomForCheckpoints: or those pile up as long as more events come than one batch takes.
func TestFullBatchesLeaveRoomForCheckpoints(t *testing.T) {
	j := newJournal(t.TempDir(), testOptions())
	if err := j.recover(); err != nil {
		t.Fatal(err)
	}
	for i := range 200 {
		j.marks[groupKey("app", i)] = 1
	}
	for i := range 1000 {
		if err := j.queue.put(newRequest(renamed(groupKey("other", i%5), int64(i), "x"))); err != nil {
			t.Fatal(err)
		}
	}
	turns := 0
	for ; len(j.queue.waiting) > 0; turns++ {
		_ = j.turn()
	}
	if left := j.waitingMarks(); left > 0 {
		t.Errorf("%d of 200 checkpoints wait still, after %d batches", left, turns)
	}
}

// TestAnotherFormatIsLeftAloneEvenIfTheManifestIsDamaged: nothing may be changed before it is known who wrote the journal.
func TestAnotherFormatIsLeftAloneEvenIfTheManifestIsDamaged(t *testing.T) {
	dir := newTemplate(t, 2).write(t, func(files map[string][]byte) {
		files[manifestName][20] ^= 1
		h, _ := parseHeader(files[firstSegment])
		h.Version++
		copy(files[firstSegment], encodeHeader(h))
	})
	before, _ := os.ReadDir(dir)
	for range 2 {
		if _, err := Open(dir, testOptions()); !errors.Is(err, errVersion) {
			t.Fatalf("Open = %v", err)
		}
	}
	after, _ := os.ReadDir(dir)
	if len(after) > len(before)+1 { // the LOCK
		t.Errorf("%d files became %d: %v", len(before), len(after), fmt.Sprint(after))
	}
}

// TestCloseTellsThatWhatIsOwedIsNotWritten has a disk that takes no MANIFEST.
func TestCloseTellsThatWhatIsOwedIsNotWritten(t *testing.T) {
	d, o := faulty()
	dir := t.TempDir()
	j := open(t, dir, o)
	d.set(manifestName, syscall.ENOSPC, "write", "open", "rename")
	app := App{"ns", "app"}
	j.Owe(app)
	err := j.Close()
	d.set("", nil)
	if got := open(t, dir, o).Owed(nil, true); err == nil && !slices.Equal(got, []App{app}) {
		t.Errorf("Close said nothing, and resyncs are owed to %v", got)
	}
}

// TestASegmentThatWasGivenUpStaysSo: its deletion got lost in a crash, and an older segment that could not be read stays.
func TestASegmentThatWasGivenUpStaysSo(t *testing.T) {
	dir, tpl, segments := several(t)
	lost, err := os.ReadFile(segments[1])
	if err != nil {
		t.Fatal(err)
	}
	d, o := faulty()
	d.set(filepath.Base(segments[0]), syscall.EIO, "open")
	j := open(t, dir, o)
	for i := range tpl.names {
		key := groupKey("app", i)
		_, upTo, _ := j.Pending(key)
		j.Checkpoint(key, upTo)
	}
	waitFor(t, func() bool { return j.waitingMarks() == 0 })
	for at := range 100 { // so that those checkpoints are no longer needed either
		appendEvent(t, j, renamed(groupKey("late", 1), int64(at), strings.Repeat("x", 1000)))
		_, upTo, _ := j.Pending(groupKey("late", 1))
		j.Checkpoint(groupKey("late", 1), upTo)
	}
	closeJournal(t, j)
	if _, err := os.Stat(segments[1]); err == nil {
		t.Fatal("the second segment is there still")
	}
	if err := os.WriteFile(segments[1], lost, 0o600); err != nil {
		t.Fatal(err)
	}
	j = open(t, dir, o)
	if _, _, ok := j.Pending(groupKey("app", 1)); ok {
		t.Error("events that the API server has accepted are pending again")
	}
}

// narrowDisk lets segments be opened so often.
type narrowDisk struct {
	*holedDisk
	opens atomic.Int64
}

func (d *narrowDisk) open(path string, flag int) (file, error) {
	if strings.HasSuffix(path, ".log") && d.opens.Add(-1) < 0 {
		return nil, syscall.EMFILE
	}
	return d.holedDisk.open(path, flag)
}

// TestTooManyOpenFilesAreNoDamageOfAPage has a page that cannot be read, and no file to read the others with.
func TestTooManyOpenFilesAreNoDamageOfAPage(t *testing.T) {
	d := &narrowDisk{holedDisk: &holedDisk{}}
	d.page.Store(-1)
	d.opens.Store(1000)
	o := testOptions()
	o.disk, o.patience = d, time.Nanosecond
	dir := t.TempDir()
	j := open(t, dir, o)
	for i := range 100 {
		appendEvent(t, j, renamed(groupKey("app", i), 1, "x"))
	}
	closeJournal(t, j)
	d.page.Store(1)
	d.opens.Store(2) // the header, then all of it once
	j, err := Open(dir, o)
	if err != nil {
		return
	}
	defer j.Close()
	t.Errorf("Open succeeded, and %d of 100 events are there", len(j.Keys()))
}
