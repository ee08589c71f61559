// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package queue adds to a controller's queue from outside its watches, and has the back-off that all controllers share.
package queue

import (
	"context"
	"sync/atomic"
	"time"

	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/controller/priorityqueue"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/source"
)

// The waits after a failure, each twice as long as the one before.
const (
	BackoffFirst = 50 * time.Millisecond
	BackoffMax   = 5 * time.Second
)

// Backoff returns the waits after failures, by request.
func Backoff[request comparable]() workqueue.TypedRateLimiter[request] {
	return workqueue.NewTypedItemExponentialFailureRateLimiter[request](BackoffFirst, BackoffMax)
}

// Source pushes requests into the queue of one controller. Before the controller has started a push does nothing: what
// waits then is its backlog. The zero value is ready.
type Source[request comparable] struct {
	queue atomic.Pointer[workqueue.TypedRateLimitingInterface[request]]
}

// Push adds requests. It does not block.
func (s *Source[request]) Push(requests ...request) {
	if q := s.queue.Load(); q != nil {
		for _, r := range requests {
			(*q).Add(r)
		}
	}
}

// PushLow adds a request that may wait until nothing else does.
func (s *Source[request]) PushLow(r request) {
	if q := s.queue.Load(); q != nil {
		AddLow(*q, r)
	}
}

// AddLow adds with the priority that controller-runtime gives to what a start brings, so that thousands of such
// requests do not delay a callback.
func AddLow[request comparable](q workqueue.TypedRateLimitingInterface[request], r request) {
	if p, ok := q.(priorityqueue.PriorityQueue[request]); ok {
		low := handler.LowPriority
		p.AddWithOpts(priorityqueue.AddOpts{Priority: &low}, r)
		return
	}
	q.Add(r)
}

// Watch is the controller's side. The backlog lists what waits for work when the controller starts.
func (s *Source[request]) Watch(backlog func() []request) source.TypedSource[request] {
	return source.TypedFunc[request](func(_ context.Context, q workqueue.TypedRateLimitingInterface[request]) error {
		s.queue.Store(&q)
		s.Push(backlog()...)
		return nil
	})
}
