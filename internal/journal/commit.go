// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"errors"
	"fmt"
	"time"

	"github.com/imgroup-operator/imgroup-operator/internal/event"
)

const (
	// maxBatch bounds the bytes of one write, so that the first waiter of a batch does not pay for all the others.
	maxBatch = 1 << 20
	// maxLinger is the longest that the committer waits for company.
	maxLinger = time.Millisecond
	// crowd is a batch of a busy receiver.
	crowd = 16
	// flushInterval is how long a checkpoint waits for a batch to ride with; with the write it is below 1 s. A disk that
	// fails is tried as often.
	flushInterval = 500 * time.Millisecond
)

// mark is a checkpoint that is not yet on disk.
type mark struct {
	key  event.Key
	upTo uint64
}

// run is the committer: the only goroutine that writes to the log.
func (j *Journal) run() {
	defer close(j.stopped)
	tick := time.NewTicker(flushInterval)
	defer tick.Stop()
	for {
		select {
		case <-j.queue.ready:
			j.linger()
			_ = j.turn() // who waits has the answer
		case <-tick.C:
			_ = j.flush() // the next one tries again
		case <-j.closing:
			j.finish()
			return
		}
	}
}

// turn writes a batch of what waits.
func (j *Journal) turn() error {
	err := j.commit(j.queue.take(j.batchLimit))
	j.trim()
	return err
}

// flush writes the checkpoints that wait and what is owed. It stops at the first error.
func (j *Journal) flush() error {
	err := j.turn()
	for err == nil && j.waitingMarks() > 0 {
		err = j.turn()
	}
	return errors.Join(err, j.log.sweep())
}

// finish writes all that waits.
func (j *Journal) finish() {
	for j.queue.length() > 0 {
		_ = j.turn() // who waits has the answer
	}
	err := j.flush()
	if n := j.waitingMarks(); n > 0 || j.log.stale.Load() {
		j.err = fmt.Errorf("journal: checkpoints of %d groups, whose events will be applied again, or the MANIFEST are not written: %w", n, err)
	}
	j.log.seal()
}

// linger waits for company when the batch before had some: those who wait for an answer now will be back at once.
// With little company it waits no longer than a sync takes, so it cannot do worse than double an append's time; a crowd
// waits for the processor anyway, and fewer syncs leave more of it.
func (j *Journal) linger() {
	if j.lastBatch < 2 || !j.queue.expect(j.lastBatch*3/4) {
		return
	}
	patience := min(maxLinger, j.log.syncing)
	if j.lastBatch >= crowd {
		patience = maxLinger
	}
	select {
	case <-j.queue.ready:
	case <-time.After(patience):
	case <-j.closing:
	}
}

// commit makes one batch of events and waiting checkpoints durable: one write, one sync. While the disk fails it writes
// also when nothing waits, to see whether the disk works again.
func (j *Journal) commit(waiting []*request) error {
	batch, size := j.admit(waiting)
	marks, markSize := j.takeMarks(size)
	if len(batch)+len(marks) == 0 && j.failures.Load() == 0 {
		return nil
	}
	err := j.fit(size, markSize)
	if errors.Is(err, ErrFull) && size > 0 && markSize > 0 { // checkpoints alone may fit, and they make room
		j.fail(batch, err)
		batch, size = nil, 0
		err = j.fit(0, markSize)
	}
	var loads []load
	if err == nil {
		loads, err = j.loads(size + markSize)
	}
	if err == nil {
		err = j.log.write(j.encode(marks, batch, loads))
	}
	j.wrote(err)
	if err != nil {
		j.fail(batch, err)
		return err
	}
	j.landed(marks, loads)
	j.succeed(batch)
	return nil
}

// admit reserves room for the events, answers those that get none and returns the others.
func (j *Journal) admit(waiting []*request) (batch []*request, size int64) {
	j.pending.mu.Lock()
	defer j.pending.mu.Unlock()
	batch = waiting[:0]
	for _, r := range waiting {
		e, err := j.pending.admit(r.ev.Key, r.size())
		if err != nil {
			r.done <- err
			continue
		}
		r.entry = e
		size += r.size()
		batch = append(batch, r)
	}
	return batch, size
}

// encode puts the batch into one buffer. Checkpoints come first: they are about what was there before.
func (j *Journal) encode(marks []mark, batch []*request, loads []load) []byte {
	b, seed, at := j.buf[:0], j.log.seed, j.log.active().end
	for _, m := range marks {
		j.key = event.AppendKey(j.key[:0], m.key)
		b = appendRecord(b, seed, record{kind: kindCheckpoint, seq: m.upTo, batch: at, payload: j.key})
	}
	for _, c := range loads {
		b = appendRecord(b, seed, record{kind: kindCarried, seq: c.upTo, batch: at, payload: event.Append(nil, c.ev)})
	}
	for _, r := range batch {
		j.log.seq++
		r.seq = j.log.seq
		b = appendRecord(b, seed, record{kind: kindEvent, seq: r.seq, batch: at, payload: r.payload})
	}
	if len(b) == 0 {
		b = appendRecord(b, seed, record{kind: kindSkip, batch: at})
	}
	if j.buf = b; cap(b) > 2*maxBatch {
		j.buf = nil // one huge event must not keep its memory
	}
	return b
}

// fail answers events that are not durable.
func (j *Journal) fail(batch []*request, err error) {
	j.pending.mu.Lock()
	for _, r := range batch {
		j.pending.land(r.entry, r.size())
	}
	j.pending.mu.Unlock()
	for _, r := range batch {
		r.done <- err
	}
	j.lastBatch = 0
}

// succeed shows durable events to Pending, then answers, then wakes each group once.
func (j *Journal) succeed(batch []*request) {
	if len(batch) == 0 {
		return
	}
	j.lastBatch = len(batch)
	j.wake = j.wake[:0]
	j.pending.mu.Lock()
	for _, r := range batch {
		e := r.entry
		if e.fresh.upTo == 0 { // else the group was woken and nobody has taken its events yet
			j.wake = append(j.wake, e.key)
		}
		j.pending.add(e, slot{ev: r.ev, upTo: r.seq, size: r.size(), seg: j.log.active()})
		j.pending.land(e, r.size())
	}
	j.pending.mu.Unlock()
	for _, r := range batch {
		r.done <- nil
	}
	if j.options.Wake != nil {
		for _, k := range j.wake {
			j.options.Wake(k)
		}
	}
}

// takeMarks returns checkpoints for the batch that has this size already, and their own size.
func (j *Journal) takeMarks(size int64) (marks []mark, markSize int64) {
	j.pending.mu.Lock()
	defer j.pending.mu.Unlock()
	for k, upTo := range j.marks {
		j.key = event.AppendKey(j.key[:0], k)
		n := int64(recordSize(len(j.key)))
		if markSize > 0 && markSize+n > max(j.batchLimit-size, j.batchLimit/4) {
			break
		}
		marks = append(marks, mark{k, upTo})
		markSize += n
	}
	return marks, markSize
}

// landed tells that checkpoints and carried entries are durable in the active segment.
func (j *Journal) landed(marks []mark, loads []load) {
	j.pending.mu.Lock()
	defer j.pending.mu.Unlock()
	for _, m := range marks {
		if j.marks[m.key] == m.upTo {
			delete(j.marks, m.key)
		}
	}
	for _, c := range loads {
		j.pending.carried(c.entry, j.log.active())
	}
}

func (j *Journal) waitingMarks() int {
	j.pending.mu.Lock()
	defer j.pending.mu.Unlock()
	return len(j.marks)
}
