// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"sync/atomic"

	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/controller/priorityqueue"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/source"
)

// Waker adds to a controller's queue from outside of its watches. What is woken before the controller has started is
// not lost when Pending names it.
type Waker[request comparable] struct {
	// Pending lists what waits for work when the controller starts; may be nil.
	Pending func() []request

	queue atomic.Pointer[workqueue.TypedRateLimitingInterface[request]]
}

// Wake adds a request. It does not block.
func (w *Waker[request]) Wake(r request) {
	if q := w.queue.Load(); q != nil {
		(*q).Add(r)
	}
}

// WakeLater adds a request that may wait until nothing else does.
func (w *Waker[request]) WakeLater(r request) {
	if q := w.queue.Load(); q != nil {
		addLater(*q, r)
	}
}

// addLater adds with the priority that controller-runtime gives to what a start brings, so that thousands of such
// requests do not delay a callback.
func addLater[request comparable](q workqueue.TypedRateLimitingInterface[request], r request) {
	if p, ok := q.(priorityqueue.PriorityQueue[request]); ok {
		low := handler.LowPriority
		p.AddWithOpts(priorityqueue.AddOpts{Priority: &low}, r)
		return
	}
	q.Add(r)
}

// WakePending adds everything that waits.
func (w *Waker[request]) WakePending() {
	if w.Pending == nil {
		return
	}
	for _, r := range w.Pending() {
		w.Wake(r)
	}
}

// Source is the controller's side.
func (w *Waker[request]) Source() source.TypedSource[request] {
	return source.TypedFunc[request](func(_ context.Context, q workqueue.TypedRateLimitingInterface[request]) error {
		w.queue.Store(&q)
		w.WakePending()
		return nil
	})
}
