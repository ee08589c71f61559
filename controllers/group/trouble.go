// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package group

import (
	"context"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/event"
	"github.com/imgroup-operator/imgroup-operator/internal/kube"
	"github.com/imgroup-operator/imgroup-operator/internal/metrics"
	"github.com/imgroup-operator/imgroup-operator/internal/queue"
)

// failed counts an error that may pass and returns when to try again: behind all others, for an IMApp with thousands of
// groups that a quota refuses must not keep another one waiting.
func (r *Controller) failed(ctx context.Context, key event.Key, err error) reconcile.Result {
	wait := r.backoff.When(Of(key))
	r.throttle.failed(key, r.Now(), wait)
	if apierrors.IsConflict(err) {
		return reconcile.Result{RequeueAfter: wait} // another writer was faster, again and again: nothing is wrong
	}
	if kube.IsOutage(err) {
		r.failing.Store(true)
	}
	if kube.MeetsAll(err) && r.breaker.open(key) {
		r.Queue.Push(Request{Kind: Recover})
	}
	r.Metrics.SyncWrites.WithLabelValues(metrics.WriteError).Inc()
	if r.errorLog.Allow() {
		log.FromContext(ctx).Error(err, "writing to the API server failed; the events stay pending", "retryIn", wait.String())
	}
	low := handler.LowPriority
	return reconcile.Result{RequeueAfter: wait, Priority: &low}
}

// succeeded is told of every write that the API server accepted.
func (r *Controller) succeeded(result string) {
	r.Metrics.SyncWrites.WithLabelValues(result).Inc()
	if r.failing.Load() && r.failing.CompareAndSwap(true, false) {
		r.Queue.Push(Request{Kind: Recover})
	}
}

// endOutage waits for the end of an outage, if there is one, and wakes all that is pending: not more often than an API
// server can bear that is away again and again.
func (r *Controller) endOutage(ctx context.Context) reconcile.Result {
	if app := r.breaker.asks.Load(); app != nil {
		ctx, cancel := context.WithTimeout(ctx, probeTimeout)
		defer cancel()
		if err := r.Live.Get(ctx, *app, &imv1alpha1.IMApp{}); kube.IsOutage(err) {
			return reconcile.Result{RequeueAfter: r.backoff.When(Request{Kind: Recover})}
		}
		r.backoff.Forget(Request{Kind: Recover})
		r.breaker.asks.Store(nil)
	}
	if !r.recovery.Allow() {
		return reconcile.Result{RequeueAfter: queue.BackoffMax}
	}
	r.throttle.recovered()
	for _, key := range append(r.Journal.Keys(), r.Observed.keys()...) {
		r.Queue.Push(Of(key))
	}
	r.Queue.Push(Request{Kind: Sweep})
	return reconcile.Result{}
}
