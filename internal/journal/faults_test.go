// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/imgroup-operator/imgroup-operator/internal/event"
)

// faultyDisk is the real disk with faults on demand. An operation is "open", "write", "short", "sync", "datasync",
// "allocate", "rename", "remove" or "syncdir"; a fault may be bound to files whose name contains a text.
type faultyDisk struct {
	osDisk
	datasyncs atomic.Int64

	once bool // each fault is over after the first time

	mu     sync.Mutex
	faults map[string]error
	only   string
	held   chan struct{} // while set, datasync waits until it is closed
	inside chan struct{} // gets a token when datasync waits
}

// faulty is a disk without faults, and options of a journal on it that reads again at once.
func faulty() (*faultyDisk, Options) {
	d, o := &faultyDisk{}, testOptions()
	o.disk, o.patience = d, time.Nanosecond
	return d, o
}

func (d *faultyDisk) set(only string, err error, ops ...string) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.only, d.faults = only, map[string]error{}
	for _, op := range ops {
		d.faults[op] = err
	}
}

// hold makes every datasync wait until release is called; inside gets a token for each one that does.
func (d *faultyDisk) hold() (inside <-chan struct{}, release func()) {
	d.mu.Lock()
	defer d.mu.Unlock()
	held, in := make(chan struct{}), make(chan struct{}, 1000)
	d.held, d.inside = held, in
	return in, func() {
		d.mu.Lock()
		d.held = nil
		d.mu.Unlock()
		close(held)
	}
}

// held has the first append wait in its sync until release.
func held(t *testing.T, d *faultyDisk, j *Journal, wg *sync.WaitGroup) (release func()) {
	inside, release := d.hold()
	wg.Go(func() { appendEvent(t, j, renamed(groupKey("app", 0), 1, "first")) })
	<-inside
	return release
}

func (d *faultyDisk) fault(op, path string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if !strings.Contains(filepath.Base(path), d.only) {
		return nil
	}
	err := d.faults[op]
	if d.once {
		delete(d.faults, op)
	}
	return err
}

func (d *faultyDisk) open(path string, flag int) (file, error) {
	if err := d.fault("open", path); err != nil {
		return nil, err
	}
	f, err := d.osDisk.open(path, flag)
	if err != nil {
		return nil, err
	}
	return &faultyFile{f.(osFile), d, path}, nil
}

func (d *faultyDisk) rename(from, to string) error {
	if err := d.fault("rename", to); err != nil {
		return err
	}
	return d.osDisk.rename(from, to)
}

func (d *faultyDisk) remove(path string) error {
	if err := d.fault("remove", path); err != nil {
		return err
	}
	return d.osDisk.remove(path)
}

func (d *faultyDisk) list(dir string) ([]entryInfo, error) {
	if err := d.fault("list", dir); err != nil {
		return nil, err
	}
	return d.osDisk.list(dir)
}

func (d *faultyDisk) syncDir(dir string) error {
	if err := d.fault("syncdir", dir); err != nil {
		return err
	}
	return d.osDisk.syncDir(dir)
}

type faultyFile struct {
	osFile
	disk *faultyDisk
	path string
}

func (f *faultyFile) ReadAt(b []byte, off int64) (int, error) {
	if off <= 8192 && off+int64(len(b)) > 8192 || off == 0 && len(b) < 4096 { // one bad page, or a small file
		if err := f.disk.fault("read", f.path); err != nil {
			return 0, err
		}
	}
	return f.osFile.ReadAt(b, off)
}

func (f *faultyFile) WriteAt(b []byte, off int64) (int, error) {
	if err := f.disk.fault("write", f.path); err != nil {
		return 0, err
	}
	if err := f.disk.fault("short", f.path); err != nil {
		n, _ := f.osFile.WriteAt(b[:len(b)/2], off)
		return n, err
	}
	return f.osFile.WriteAt(b, off)
}

func (f *faultyFile) allocate(size int64) error {
	if err := f.disk.fault("allocate", f.path); err != nil {
		return err
	}
	return f.osFile.allocate(size)
}

func (f *faultyFile) sync() error {
	if err := f.disk.fault("sync", f.path); err != nil {
		return err
	}
	return f.osFile.sync()
}

func (f *faultyFile) datasync() error {
	f.disk.datasyncs.Add(1)
	f.disk.mu.Lock()
	held, inside := f.disk.held, f.disk.inside
	f.disk.mu.Unlock()
	if held != nil {
		inside <- struct{}{}
		<-held
	}
	if err := f.disk.fault("datasync", f.path); err != nil {
		return err
	}
	return f.osFile.datasync()
}

func TestConcurrentAppendsShareASync(t *testing.T) {
	d, o := faulty()
	o.MaxBytes = 1 << 30
	j := open(t, t.TempDir(), o)
	var wg sync.WaitGroup
	release := held(t, d, j, &wg)
	const n = 100
	for i := range n {
		wg.Go(func() { appendEvent(t, j, renamed(groupKey("app", 1+i), 1, "x")) })
	}
	waitFor(t, func() bool { return j.queue.length() == n })
	release()
	wg.Wait()
	if got := d.datasyncs.Load(); got != 2 {
		t.Errorf("an append and %d more during its sync took %d syncs, want 2", n, got)
	}
}

// waitFor looks again and again until something that must come has come.
func waitFor(t *testing.T, ok func() bool) {
	t.Helper()
	for start := time.Now(); !ok(); runtime.Gosched() {
		if time.Since(start) > 10*time.Second {
			t.Fatal("waited too long")
		}
	}
}

func TestGivingUpDuringASlowSyncLeavesNothingBehind(t *testing.T) {
	d, o := faulty()
	j := open(t, t.TempDir(), o)
	var wg sync.WaitGroup
	release := held(t, d, j, &wg)
	ctx, cancel := context.WithCancel(t.Context())
	for i := range 10 {
		wg.Go(func() {
			if err := j.Append(ctx, renamed(groupKey("app", 1+i), 1, "x")); !errors.Is(err, context.Canceled) {
				t.Errorf("Append = %v, want context.Canceled", err)
			}
		})
	}
	waitFor(t, func() bool { return j.queue.length() == 10 })
	cancel()
	waitFor(t, func() bool { return j.queue.length() == 0 })
	release()
	wg.Wait()
	if got := j.Stats().Groups; got != 1 {
		t.Errorf("%d groups are pending, want 1", got)
	}
}

// TestFaultsFailCleanlyAndServiceResumes goes through the faults of a disk: whatever fails, the event is refused, what
// was acknowledged before stays, and as soon as the fault is gone events are accepted again.
func TestFaultsFailCleanlyAndServiceResumes(t *testing.T) {
	tests := map[string]struct {
		err  error
		only string
		ops  []string
		full bool // the active segment has no room, so that a new one is needed
	}{
		"write fails":                {err: syscall.EIO, ops: []string{"write"}},
		"write ends halfway":         {err: syscall.ENOSPC, ops: []string{"short"}},
		"sync fails":                 {err: syscall.EIO, ops: []string{"datasync"}},
		"no space for a segment":     {err: syscall.ENOSPC, ops: []string{"allocate"}, full: true},
		"no space for the header":    {err: syscall.ENOSPC, ops: []string{"write"}, full: true},
		"no space for the MANIFEST":  {err: syscall.ENOSPC, only: "MANIFEST", ops: []string{"write"}, full: true},
		"segment cannot be synced":   {err: syscall.EIO, only: ".log", ops: []string{"sync"}, full: true},
		"segment cannot be renamed":  {err: syscall.EIO, only: ".log", ops: []string{"rename"}, full: true},
		"directory cannot be synced": {err: syscall.EIO, ops: []string{"syncdir"}, full: true},
		"nothing works":              {err: syscall.EIO, ops: []string{"open", "write", "sync", "datasync", "allocate", "rename", "remove", "syncdir"}},
	}
	for what, tt := range tests {
		t.Run(what, func(t *testing.T) {
			d, o := faulty()
			dir := t.TempDir()
			j := open(t, dir, o)
			acked := map[event.Key]string{}
			accept := func(i int) {
				t.Helper()
				ev := renamed(groupKey("app", i), 1, fmt.Sprint("name ", i))
				appendEvent(t, j, ev)
				acked[ev.Key] = fmt.Sprint("name ", i)
			}
			for i := range 10 {
				accept(i)
			}
			if tt.full {
				for i := range 1 + j.log.left()/1500 {
					appendEvent(t, j, renamed(groupKey("hot", 0), i, strings.Repeat("x", 1500)))
				}
				for j.log.left() > 200 {
					appendEvent(t, j, renamed(groupKey("hot", 0), 1, "x"))
				}
			}
			d.set(tt.only, tt.err, tt.ops...)
			refused := groupKey("app", 1000)
			for range 3 {
				if err := j.Append(t.Context(), renamed(refused, 1, strings.Repeat("refused", 100))); !errors.Is(err, tt.err) {
					t.Fatalf("Append = %v, want %v", err, tt.err)
				}
			}
			if _, _, ok := j.Pending(refused); ok {
				t.Error("a refused event is pending")
			}
			d.set("", nil)
			for i := range 10 {
				accept(20 + i)
			}
			for range 2 {
				closeJournal(t, j)
				j = open(t, dir, o)
				wantNoDamage(t, j)
				for key, want := range acked {
					if got := name(j, key); got != want {
						t.Errorf("%v is %q, want %q", key, got, want)
					}
				}
			}
		})
	}
}

// TestDiskThatFailsForLongLeavesNoTrace refuses more appends than the journal could have segments for.
func TestDiskThatFailsForLongLeavesNoTrace(t *testing.T) {
	d, o := faulty()
	dir := t.TempDir()
	j := open(t, dir, o)
	appendEvent(t, j, renamed(groupKey("app", 1), 1, "pinned"))
	before := j.Stats()
	d.set("", syscall.EIO, "datasync")
	for range 100 {
		if err := j.Append(t.Context(), renamed(groupKey("app", 2), 1, "x")); !errors.Is(err, syscall.EIO) {
			t.Fatalf("Append = %v, want EIO", err)
		}
	}
	d.set("", nil)
	appendEvent(t, j, renamed(groupKey("app", 2), 1, "x"))
	if after := j.Stats(); after.Bytes > before.Bytes+2*j.log.segmentSize {
		t.Errorf("the files grew from %d to %d bytes", before.Bytes, after.Bytes)
	}
	closeJournal(t, j)
	j = open(t, dir, o)
	wantNoDamage(t, j)
	if name(j, groupKey("app", 1)) != "pinned" || name(j, groupKey("app", 2)) != "x" {
		t.Error("an acknowledged event is lost")
	}
}

func TestCheckpointsSurviveADiskFault(t *testing.T) {
	d, o := faulty()
	dir, key := t.TempDir(), groupKey("app", 1)
	j := open(t, dir, o)
	appendEvent(t, j, renamed(key, 1, "x"))
	_, upTo, _ := j.Pending(key)
	d.set("", syscall.EIO, "datasync")
	j.Checkpoint(key, upTo)
	if err := j.Append(t.Context(), renamed(groupKey("app", 2), 1, "x")); !errors.Is(err, syscall.EIO) {
		t.Fatalf("Append = %v", err)
	}
	d.set("", nil)
	closeJournal(t, j)
	j = open(t, dir, o)
	if got := name(j, key); got != "" {
		t.Errorf("checkpointed event is pending: %q", got)
	}
}

func TestFileThatCannotBeMadeIsAnErrorOfOpen(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(filepath.Join(file, "dir"), testOptions()); !errors.Is(err, syscall.ENOTDIR) {
		t.Errorf("Open below a file = %v", err)
	}
}

func TestUnreadablePageIsDamage(t *testing.T) {
	d, o := faulty()
	dir := t.TempDir()
	j := open(t, dir, o)
	for i := range 100 {
		appendEvent(t, j, renamed(groupKey("app", i), 1, fmt.Sprint("name ", i)))
	}
	closeJournal(t, j)
	d.set(".log", syscall.EIO, "read")
	j = open(t, dir, o)
	d.set("", nil)
	if len(j.Damage()) == 0 {
		t.Error("no damage reported")
	}
	lost := 0
	for i := range 100 {
		if name(j, groupKey("app", i)) == "" {
			lost++
		}
	}
	if lost == 0 || lost > 60 {
		t.Errorf("%d of 100 events lost to one page", lost)
	}
}

// TestWhatCannotBeReadIsLeftAsItIs has a disk that fails for the time of one start.
func TestWhatCannotBeReadIsLeftAsItIs(t *testing.T) {
	for _, op := range []string{"open", "read"} {
		t.Run(op, func(t *testing.T) {
			dir, tpl, segments := several(t)
			d, o := faulty()
			d.set(filepath.Base(segments[2]), syscall.EIO, op)
			j := open(t, dir, o)
			if got := fmt.Sprint(tpl.lost(j)); len(j.Damage()) != 1 || op == "open" && got != "[2]" {
				t.Fatalf("damage %v, lost %v", j.Damage(), got)
			}
			for i := range tpl.names { // all but what cannot be read is written, and newer events come
				key := groupKey("app", i)
				_, upTo, _ := j.Pending(key)
				j.Checkpoint(key, upTo)
				appendEvent(t, j, renamed(groupKey("late", i), 1, "late"))
			}
			closeJournal(t, j)
			d.set("", nil)
			j = open(t, dir, o)
			wantNoDamage(t, j)
			if got := fmt.Sprint(tpl.lost(j)); op == "open" && got != "[0 1 3 4]" {
				t.Errorf("pending are all but %s, want what could not be read", got)
			}
			if !owesAll(j) {
				t.Error("no resync is owed")
			}
		})
	}
}

func owesAll(j *Journal) bool { return len(j.Owed([]App{{"ns", "any"}}, true)) == 1 }

// TestAnErrorThatMayHealIsAnErrorOfOpen has a start with too many open files: nothing is taken for damage.
func TestAnErrorThatMayHealIsAnErrorOfOpen(t *testing.T) {
	for _, op := range []string{"open", "read", "list"} {
		for _, only := range []string{"", manifestName, ".log"} {
			t.Run(op+" "+only, func(t *testing.T) {
				dir, tpl, _ := several(t)
				d, o := faulty()
				d.set(only, syscall.EMFILE, op)
				if j, err := Open(dir, o); err == nil {
					if closeJournal(t, j); op != "list" || only == "" {
						t.Fatal("it opened")
					}
				} else if !errors.Is(err, syscall.EMFILE) || !strings.Contains(err.Error(), dir) {
					t.Errorf("Open = %v", err)
				}
				d.set("", nil)
				j := open(t, dir, o)
				wantNoDamage(t, j)
				if l := tpl.lost(j); len(l) > 0 {
					t.Errorf("lost %v", l)
				}
			})
		}
	}
}

// TestAnErrorThatPassesIsReadAgain has one bad read alone.
func TestAnErrorThatPassesIsReadAgain(t *testing.T) {
	dir, tpl, _ := several(t)
	d, o := faulty()
	d.once = true
	d.set(".log", syscall.EIO, "read")
	j := open(t, dir, o)
	wantNoDamage(t, j)
	if l := tpl.lost(j); len(l) > 0 {
		t.Errorf("lost %v", l)
	}
}
