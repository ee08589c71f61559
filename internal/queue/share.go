// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package queue

import (
	"sync"

	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/controller/priorityqueue"
)

// lowShare: of so many requests that a controller takes one is the oldest of those with low priority. Without that, more
// work than a controller can do would keep them waiting for ever.
const lowShare = 16

// New makes a controller's queue in which low priority waits, but not for ever.
func New[request comparable](name string, limiter workqueue.TypedRateLimiter[request]) workqueue.TypedRateLimitingInterface[request] {
	return &shared[request]{waiting: map[request]bool{}, PriorityQueue: priorityqueue.New(name, func(o *priorityqueue.Opts[request]) { o.RateLimiter = limiter })}
}

type shared[request comparable] struct {
	priorityqueue.PriorityQueue[request]

	mu      sync.Mutex
	taken   int
	low     []request        // in the order in which they came, with some that were taken since
	waiting map[request]bool // those of them that were not
}

// AddWithOpts remembers what comes with low priority.
func (q *shared[request]) AddWithOpts(o priorityqueue.AddOpts, requests ...request) {
	q.PriorityQueue.AddWithOpts(o, requests...)
	if o.Priority == nil || *o.Priority >= 0 {
		return
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, r := range requests {
		if !q.waiting[r] {
			q.waiting[r] = true
			q.low = append(q.low, r)
		}
	}
}

// GetWithPriority returns a request, and moves the oldest of low priority to the front if it is its turn.
func (q *shared[request]) GetWithPriority() (request, int, bool) {
	r, priority, shutdown := q.PriorityQueue.GetWithPriority()
	if oldest, ok := q.took(r); ok {
		first := 1
		q.PriorityQueue.AddWithOpts(priorityqueue.AddOpts{Priority: &first}, oldest)
	}
	return r, priority, shutdown
}

// Get is for those who do not know priorities.
func (q *shared[request]) Get() (request, bool) {
	r, _, shutdown := q.GetWithPriority()
	return r, shutdown
}

// took returns the request that is to come next, if it is time for one.
func (q *shared[request]) took(r request) (oldest request, due bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	delete(q.waiting, r)
	for len(q.low) > 0 && !q.waiting[q.low[0]] {
		q.low = q.low[1:]
	}
	if q.taken++; q.taken%lowShare != 0 || len(q.low) == 0 {
		return oldest, false
	}
	oldest = q.low[0]
	q.low = q.low[1:]
	delete(q.waiting, oldest)
	return oldest, true
}
