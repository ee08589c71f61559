// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package group

import (
	"context"
	"errors"
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/util/workqueue"

	"github.com/imgroup-operator/imgroup-operator/internal/event"
	"github.com/imgroup-operator/imgroup-operator/internal/kube"
	"github.com/imgroup-operator/imgroup-operator/internal/queue"
)

// writeInterval is the shortest time between two writes of one group. The first write after a pause is not delayed; of
// a burst the events of one interval share a write, so that a hot group costs at most 40 writes per second.
const writeInterval = 25 * time.Millisecond

// retry says how long a group waits, and behind whom. Who may go holds one of the workers until it says how it went.
type retry struct {
	now     func() time.Time
	queue   *queue.Source[Request]
	places  *places
	breaker *breaker
	backoff workqueue.TypedRateLimiter[event.Key]

	mu    sync.Mutex
	after map[event.Key]pause
	swept time.Time
}

// pause keeps a group from being written: after a write, and after a failure. Events that come meanwhile stay in the journal.
type pause struct {
	until  time.Time
	failed bool
}

// turn is the answer to a group that asks for a worker.
type turn struct {
	granted bool
	after   time.Duration // when to come back; 0 = it is woken when its turn comes
	low     bool          // behind all others
}

func newRetry(q *queue.Source[Request], workers int, now func() time.Time) *retry {
	return &retry{now: now, queue: q, places: newPlaces(workers, now), breaker: &breaker{}, backoff: queue.Backoff[event.Key](), after: map[event.Key]pause{}}
}

// wait asks for a worker.
func (r *retry) wait(key event.Key) turn {
	if parked := r.breaker.parked(); parked > 0 {
		return turn{after: parked, low: true}
	}
	r.mu.Lock()
	p := r.after[key]
	r.mu.Unlock()
	if left := p.until.Sub(r.now()); left > 0 {
		return turn{after: left, low: p.failed}
	}
	return turn{granted: r.places.enter(key)}
}

// failed returns when to try again: behind all others, but for a conflict, in which another writer was faster.
func (r *retry) failed(key event.Key, err error) turn {
	wait := r.backoff.When(key)
	conflict := apierrors.IsConflict(err)
	r.pause(key, pause{until: r.now().Add(wait), failed: !conflict})
	how := troubled
	switch {
	case conflict:
		how = fine
	case kube.MeetsAll(err):
		how = slow
		// A write that took too long may have met a slow webhook, which is nobody else's trouble: that is asked first.
		if r.breaker.trip(key, errors.Is(err, context.DeadlineExceeded)) {
			r.queue.Push(Request{Kind: Recover})
		}
	}
	r.leave(key, how)
	return turn{after: wait, low: !conflict}
}

// succeeded ends a group's turn after its write.
func (r *retry) succeeded(key event.Key) {
	r.backoff.Forget(key)
	r.pause(key, pause{until: r.now().Add(writeInterval)})
	r.leave(key, fine)
}

// forget ends a group's turn in which nothing was written.
func (r *retry) forget(key event.Key) {
	r.backoff.Forget(key)
	r.leave(key, unknown)
}

// release ends a turn that nothing else has ended.
func (r *retry) release(key event.Key) {
	if r.places.holds(key) {
		r.leave(key, unknown)
	}
}

// recovered ends all waits that follow a failure.
func (r *retry) recovered() {
	r.places.forgive()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.drop(func(p pause) bool { return p.failed })
}

// leave gives the worker back and wakes those whose turn it is now.
func (r *retry) leave(key event.Key, how result) {
	next, later := r.places.leave(key, how)
	for _, key := range next {
		r.queue.Push(Of(key))
	}
	for _, key := range later {
		r.queue.PushLow(Of(key))
	}
}

func (r *retry) pause(key event.Key, p pause) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.after[key] = p
	if now := r.now(); now.Sub(r.swept) > time.Second {
		r.swept = now
		r.drop(func(p pause) bool { return p.until.Before(now) })
	}
}

// drop is called with mu held.
func (r *retry) drop(which func(pause) bool) {
	for key, p := range r.after {
		if which(p) {
			delete(r.after, key)
		}
	}
}
