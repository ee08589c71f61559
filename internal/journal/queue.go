// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"slices"
	"sync"

	"github.com/imgroup-operator/imgroup-operator/internal/event"
)

// request is an Append on its way through the committer.
type request struct {
	ev      event.Event
	payload []byte // ev encoded, by the caller's goroutine
	done    chan error

	// Of the committer, once the request is admitted.
	entry *entry
	seq   uint64
}

func (r *request) size() int64 { return int64(recordSize(len(r.payload))) }

const maxPooled = 64 << 10 // bytes; a few huge events must not keep their memory for ever

var requests = sync.Pool{New: func() any { return &request{done: make(chan error, 1)} }}

func newRequest(ev event.Event) *request {
	r := requests.Get().(*request)
	r.ev = ev
	r.ev.Count = max(ev.Count, 1)
	r.payload = event.Append(r.payload[:0], r.ev)
	return r
}

// release gives the request back. Only the one who received from done may do so: nobody else holds it then.
func (r *request) release() {
	r.ev, r.entry = event.Event{}, nil
	if cap(r.payload) > maxPooled {
		r.payload = nil
	}
	requests.Put(r)
}

// queue holds the appends that wait for the committer. It is never longer than the number of callers that wait.
type queue struct {
	ready chan struct{} // a token is in here when want requests wait

	mu      sync.Mutex
	waiting []*request
	spare   []*request
	want    int
	closed  bool
}

func newQueue() *queue { return &queue{ready: make(chan struct{}, 1), want: 1} }

func (q *queue) put(r *request) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return ErrClosed
	}
	q.waiting = append(q.waiting, r)
	q.signal()
	return nil
}

// signal wakes the committer if it has what it waits for. One token is enough: it takes all there is.
func (q *queue) signal() {
	if len(q.waiting) < q.want {
		return
	}
	select {
	case q.ready <- struct{}{}:
	default:
	}
}

// remove takes back a request whose caller gave up, unless the committer has it already.
func (q *queue) remove(r *request) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waiting = slices.DeleteFunc(q.waiting, func(w *request) bool { return w == r })
}

func (q *queue) length() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.waiting)
}

// expect sets how many requests are worth a wake-up, and reports whether there are fewer now.
func (q *queue) expect(n int) (fewer bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.want = n
	return len(q.waiting) < n
}

// take gives the oldest requests, of limit bytes together but at least one. The slice is the caller's until the
// next take. Requests that stay bring a new token.
func (q *queue) take(limit int64) []*request {
	q.mu.Lock()
	defer q.mu.Unlock()
	n, bytes := 0, int64(0)
	for _, r := range q.waiting {
		if bytes += r.size(); n > 0 && bytes > limit {
			break
		}
		n++
	}
	q.spare = append(q.spare[:0], q.waiting[:n]...)
	rest := copy(q.waiting, q.waiting[n:])
	clear(q.waiting[rest:])
	q.waiting, q.want = q.waiting[:rest], 1
	if rest > 0 {
		q.signal()
	}
	return q.spare
}

func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
}
