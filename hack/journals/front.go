// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/imgroup-operator/imgroup-operator/internal/event"
	"github.com/imgroup-operator/imgroup-operator/internal/merge"
)

// record is an encoded event, or a checkpoint if it has no payload.
type record struct {
	group   string // the encoded key
	seq     uint64
	payload []byte
}

// store is a library behind the front.
type store interface {
	write([]record) error    // durable when it returns nil
	read(func(record)) error // called once, before the first write
	close() error
}

// queued stands for a store with what any of them would need above it to be our journal, except for shares,
// compaction of what stays pending, dead letters and a report of damage: group commit by the rules of
// internal/journal, and the pending events folded by group.
type queued struct {
	store store
	ready chan struct{}
	done  chan struct{}

	mu      sync.Mutex
	waiting []*request
	want    int
	closed  bool
	seq     uint64
	damaged int
	pending map[event.Key]*folded
	marks   map[event.Key]uint64
}

type request struct {
	ev     event.Event
	record record
	answer chan error
}

// folded has what Pending gave out apart from what came since.
type folded struct {
	taken, fresh         event.Event
	takenUpTo, freshUpTo uint64
}

var errClosed = errors.New("closed")

func front(s store, err error) (keeper, error) {
	if err != nil {
		return nil, err
	}
	q := &queued{
		store: s, ready: make(chan struct{}, 1), done: make(chan struct{}), want: 1,
		pending: map[event.Key]*folded{}, marks: map[event.Key]uint64{},
	}
	if err := s.read(q.replay); err != nil {
		return nil, err
	}
	go q.run()
	return q, nil
}

func (q *queued) replay(r record) {
	q.seq = max(q.seq, r.seq)
	if r.payload != nil {
		ev, err := event.Decode(r.payload)
		if err != nil {
			q.damaged++
			return
		}
		q.add(ev, r.seq)
		return
	}
	key, _, err := event.DecodeKey([]byte(r.group))
	if err != nil {
		q.damaged++
	}
	if f := q.pending[key]; f != nil && f.freshUpTo <= r.seq {
		delete(q.pending, key)
	}
}

func (q *queued) damage() int { return q.damaged }

func (q *queued) Append(ctx context.Context, ev event.Event) error {
	ev.Count = max(ev.Count, 1)
	group := string(event.AppendKey(nil, ev.Key))
	r := &request{ev: ev, record: record{group: group, payload: event.Append(nil, ev)}, answer: make(chan error, 1)}
	q.mu.Lock()
	if q.closed {
		q.mu.Unlock()
		return errClosed
	}
	q.waiting = append(q.waiting, r)
	if len(q.waiting) >= q.want {
		q.signal()
	}
	q.mu.Unlock()
	select {
	case err := <-r.answer:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (q *queued) signal() {
	select {
	case q.ready <- struct{}{}:
	default:
	}
}

func (q *queued) run() {
	defer close(q.done)
	last, syncing := 0, time.Millisecond
	for range q.ready {
		q.linger(last, syncing)
		batch, records, closed := q.take()
		if len(records) > 0 {
			start := time.Now()
			err := q.store.write(records)
			syncing = time.Since(start)
			q.answer(batch, err)
		}
		if last = len(batch); closed {
			return
		}
	}
}

// linger waits for company as the committer of internal/journal does.
func (q *queued) linger(last int, syncing time.Duration) {
	q.mu.Lock()
	q.want = last * 3 / 4
	enough := last < 2 || len(q.waiting) >= q.want || q.closed
	q.mu.Unlock()
	if enough {
		return
	}
	patience := min(time.Millisecond, syncing)
	if last >= 16 {
		patience = time.Millisecond
	}
	select {
	case <-q.ready:
	case <-time.After(patience):
	}
}

func (q *queued) take() (batch []*request, records []record, closed bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for key, upTo := range q.marks {
		records = append(records, record{group: string(event.AppendKey(nil, key)), seq: upTo})
	}
	clear(q.marks)
	batch, q.waiting, q.want = q.waiting, nil, 1
	for _, r := range batch {
		q.seq++
		r.record.seq = q.seq
		records = append(records, r.record)
	}
	return batch, records, q.closed
}

func (q *queued) answer(batch []*request, err error) {
	q.mu.Lock()
	for _, r := range batch {
		if err == nil {
			q.add(r.ev, r.record.seq)
		}
	}
	q.mu.Unlock()
	for _, r := range batch {
		r.answer <- err
	}
}

func (q *queued) add(ev event.Event, seq uint64) {
	f := q.pending[ev.Key]
	if f == nil {
		f = &folded{}
		q.pending[ev.Key] = f
	}
	f.fresh, f.freshUpTo = join(f.fresh, ev), seq
}

func join(a, b event.Event) event.Event {
	if a.Count == 0 {
		return b
	}
	a.State = merge.Join(a.State, b.State)
	a.Count += b.Count
	return a
}

func (q *queued) Pending(key event.Key) (event.Event, uint64, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	f := q.pending[key]
	if f == nil {
		return event.Event{}, 0, false
	}
	if f.freshUpTo > 0 {
		f.taken, f.takenUpTo = join(f.taken, f.fresh), f.freshUpTo
		f.fresh, f.freshUpTo = event.Event{}, 0
	}
	return f.taken, f.takenUpTo, true
}

func (q *queued) Checkpoint(key event.Key, upTo uint64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	f := q.pending[key]
	if f == nil || f.takenUpTo != upTo {
		return
	}
	if f.taken, f.takenUpTo = (event.Event{}), 0; f.freshUpTo == 0 {
		delete(q.pending, key)
	}
	q.marks[key] = upTo
}

func (q *queued) Keys() []event.Key {
	q.mu.Lock()
	defer q.mu.Unlock()
	keys := make([]event.Key, 0, len(q.pending))
	for k := range q.pending {
		keys = append(keys, k)
	}
	return keys
}

func (q *queued) Close() error {
	q.mu.Lock()
	q.closed = true
	q.mu.Unlock()
	q.signal()
	<-q.done
	return q.store.close()
}
