// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"go.etcd.io/etcd/client/pkg/v3/fileutil"
	"golang.org/x/time/rate"

	"github.com/imgroup-operator/imgroup-operator/internal/event"
)

// Why Append refuses an event. Compare with errors.Is.
var (
	ErrFull   = errors.New("the journal is full")
	ErrShare  = errors.New("the app holds its whole share of the journal")
	ErrClosed = errors.New("the journal is closed")
)

const (
	lockName = "LOCK"

	// MinBytes is the least that Options.MaxBytes can be: a few of the smallest segments. Less is taken for it.
	MinBytes = 16 * minSegment

	segmentsPerJournal = 64 // few enough for their files to be cheap, enough for little space to wait for the rest of its segment
	asidePart          = 16 // one part in so many of MaxBytes is for rejected events, another for damaged bytes
	batchPart          = 16 // a batch is at most one part in so many of a segment
)

// Options of a journal.
type Options struct {
	MaxBytes  int64 // bound of the journal's files on disk, at least MinBytes; pending events may take about a third
	MaxGroups int   // bound of distinct groups with pending events

	// Fold joins two events of a group into one, by a law that is commutative, associative and idempotent. It must not
	// change what it is given.
	Fold func(older, newer event.Event) event.Event
	// Wake is called after an event of that group became durable, unless older events of it still wait for Pending:
	// then it has been called for those. It must not block: the committer calls it.
	Wake func(event.Key)
	Log  *slog.Logger // nil = discard

	disk     disk          // nil = the real one
	unit     int64         // the smallest segment; 0 = minSegment
	patience time.Duration // how long Open waits before it reads again what could not be read; 0 = retryDelay
}

// Stats tells how much the journal holds.
type Stats struct {
	Groups int   // groups with pending events
	Bytes  int64 // files on disk
}

// Damage is something that recovery could not read.
type Damage struct {
	File   string // path of the file that holds the damaged bytes now; empty where there are none, as of a lost file
	Reason string
}

// Journal holds acknowledged events until the API server has accepted them. Its methods may be called from any
// goroutine.
type Journal struct {
	dir     string
	options Options
	lock    *fileutil.LockedFile
	damaged aside
	damage  []Damage
	pending *pending
	queue   *queue
	log     *segmentLog

	owed     *owed
	marks    map[event.Key]uint64 // checkpoints that are not yet on disk; guarded by pending.mu
	flush    *time.Timer
	flushing atomic.Bool // the flush timer runs
	failures atomic.Int64

	close   sync.Once
	closing chan struct{}
	stopped chan struct{}
	err     error // of Close; the committer's before it stops

	// Of the committer.
	lingering  *time.Timer
	probing    *time.Timer // runs while the disk fails
	round      uint64      // compaction empties the segments up to this one; 0 = none
	batchLimit int64
	lastBatch  int
	buf, key   []byte
	wake       []event.Key
}

// Open opens the journal in dir, which it creates if need be, and recovers what an earlier run left there. Damage
// never makes it fail; see Damage.
func Open(dir string, o Options) (*Journal, error) {
	if o.Fold == nil || o.MaxGroups < 1 || o.MaxBytes < 1 {
		return nil, errors.New("journal: Fold, MaxGroups and MaxBytes must be set")
	}
	if err := os.MkdirAll(dir, fileutil.PrivateDirMode); err != nil {
		return nil, fmt.Errorf("journal: %w", err)
	}
	lock, err := fileutil.TryLockFile(filepath.Join(dir, lockName), os.O_CREATE|os.O_RDWR, fileutil.PrivateFileMode)
	if errors.Is(err, fileutil.ErrLocked) {
		return nil, fmt.Errorf("journal directory %s is in use by another process", dir)
	}
	if err != nil {
		return nil, fmt.Errorf("journal directory %s cannot be locked: %w", dir, err)
	}
	j := newJournal(dir, o)
	j.lock = lock
	if err := j.recover(); err != nil {
		_ = lock.Close() // the process gives up anyway
		return nil, fmt.Errorf("journal directory %s: %w", dir, err)
	}
	go j.run()
	return j, nil
}

func newJournal(dir string, o Options) *Journal {
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.disk == nil {
		o.disk = osDisk{}
	}
	if o.patience == 0 {
		o.patience = retryDelay
	}
	if o.unit == 0 {
		o.unit = minSegment
	}
	o.MaxBytes = max(o.MaxBytes, MinBytes/minSegment*o.unit)
	segment := min(max(o.MaxBytes/segmentsPerJournal, o.unit), maxSegment)
	part := o.MaxBytes / asidePart
	budget := o.MaxBytes - 2*part
	owing := &owed{apps: map[App]bool{}}
	j := &Journal{
		dir: dir, options: o,
		damaged:    aside{dir: dir, disk: o.disk, budget: part},
		queue:      newQueue(),
		log:        &segmentLog{dir: dir, disk: o.disk, log: o.Log, segmentSize: segment, budget: budget, nextID: 1, owed: owing, complaint: rate.Sometimes{Interval: time.Minute}},
		owed:       owing,
		marks:      map[event.Key]uint64{},
		flush:      stoppedTimer(),
		lingering:  stoppedTimer(),
		probing:    stoppedTimer(),
		closing:    make(chan struct{}),
		stopped:    make(chan struct{}),
		batchLimit: min(maxBatch, segment/batchPart),
	}
	j.pending = &pending{
		join: o.Fold, maxGroups: o.MaxGroups,
		maxCost:   (budget - 2*slack*segment) / 2,
		bigRecord: segment / batchPart,
		entries:   map[event.Key]*entry{}, apps: map[App]*usage{},
	}
	return j
}

func stoppedTimer() *time.Timer {
	t := time.NewTimer(math.MaxInt64)
	t.Stop()
	return t
}

// Append returns nil after the event is on disk. The event, with all it points to, is the journal's from then on
// and must not be changed. Any error but the context's means that the event is not in the journal; after a context's
// error it may or may not be.
func (j *Journal) Append(ctx context.Context, ev event.Event) error {
	if err := check(ev); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	r := newRequest(ev)
	if err := j.queue.put(r); err != nil {
		return err
	}
	select {
	case err := <-r.done:
		r.release()
		return err
	case <-ctx.Done():
		j.queue.remove(r) // or it is being written, and nobody waits for the answer
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			j.failed() // until the disk has finished something
		}
		return ctx.Err()
	}
}

// check refuses what the codec would not read again.
func check(ev event.Event) error {
	if s := ev.State.Last.Source; s != event.REST && s != event.Callback {
		return fmt.Errorf("%w: unknown source", event.ErrEncoding)
	}
	return nil
}

// Pending returns all pending events of the group folded into one, which must not be changed, and the number to give
// to Checkpoint. States of different SDKAppIDs never mix: of those only the latest is kept.
func (j *Journal) Pending(key event.Key) (ev event.Event, upTo uint64, ok bool) {
	s, ok := j.pending.take(key)
	return s.ev, s.upTo, ok
}

// Checkpoint tells that the API server has accepted all that Pending returned with upTo, or that it was dropped for
// good. It is durable within 1 s, or at Close; after a crash before that the events are pending once more.
func (j *Journal) Checkpoint(key event.Key, upTo uint64) {
	j.pending.mu.Lock()
	defer j.pending.mu.Unlock()
	if !j.pending.clear(key, upTo) {
		return
	}
	j.marks[key] = max(j.marks[key], upTo)
	j.flushSoon()
}

// Keys returns the groups with pending events, in no order.
func (j *Journal) Keys() []event.Key { return j.pending.keys() }

// Stats tells how much the journal holds.
func (j *Journal) Stats() Stats {
	return Stats{Groups: j.pending.groups(), Bytes: j.log.bytes.Load() + j.damaged.bytes}
}

// Damage lists what recovery found damaged at Open; empty when all was well.
func (j *Journal) Damage() []Damage { return slices.Clone(j.damage) }

// Close answers the appends that wait, makes the checkpoints durable and releases the lock. The lock is free also after
// an error. It may be called twice.
func (j *Journal) Close() error {
	j.close.Do(func() {
		j.queue.close()
		close(j.closing)
		<-j.stopped
		j.flush.Stop()
		j.probing.Stop()
		j.err = errors.Join(j.err, j.lock.Close())
	})
	return j.err
}
