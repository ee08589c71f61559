// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/event"
	"github.com/imgroup-operator/imgroup-operator/internal/metrics"
)

const (
	backoffFirst = 50 * time.Millisecond
	backoffMax   = 5 * time.Second
)

// allPending is no group: as a request it finds the end of an outage and wakes all that is pending.
var allPending = event.Key{App: "*"}

// failed counts an error that may heal and returns when to try again: behind all others, for an IMApp with thousands of
// groups that a quota refuses must not keep another one waiting.
func (r *GroupSync) failed(ctx context.Context, key event.Key, err error) reconcile.Result {
	wait := r.backoff.When(key)
	r.pace.failed(key, r.Now(), wait)
	if apierrors.IsConflict(err) {
		return reconcile.Result{RequeueAfter: wait} // another writer was faster, again and again: nothing is wrong
	}
	if isOutage(err) {
		r.failing.Store(true)
	}
	if meetsAll(err) && r.outage.began(key) {
		r.Waker.Wake(allPending)
	}
	r.Metrics.SyncWrites.WithLabelValues(metrics.WriteError).Inc()
	if r.loud.Allow() {
		log.FromContext(ctx).Error(err, "writing to the API server failed; the events stay pending", "retryIn", wait.String())
	}
	low := handler.LowPriority
	return reconcile.Result{RequeueAfter: wait, Priority: &low}
}

// succeeded is told of every write that the API server accepted.
func (r *GroupSync) succeeded(result string) {
	r.Metrics.SyncWrites.WithLabelValues(result).Inc()
	if r.failing.Load() && r.failing.CompareAndSwap(true, false) {
		r.Waker.Wake(allPending)
	}
}

// endOutage waits for the end of an outage, if there is one, and wakes all that is pending: not more often than an API
// server can bear that is away again and again.
func (r *GroupSync) endOutage(ctx context.Context) reconcile.Result {
	if app := r.outage.asks.Load(); app != nil {
		ctx, cancel := context.WithTimeout(ctx, probeTimeout)
		defer cancel()
		if err := r.Live.Get(ctx, *app, &imv1alpha1.IMApp{}); isOutage(err) {
			return reconcile.Result{RequeueAfter: r.backoff.When(allPending)}
		}
		r.backoff.Forget(allPending)
		r.outage.asks.Store(nil)
	}
	if !r.heals.Allow() {
		return reconcile.Result{RequeueAfter: backoffMax}
	}
	r.pace.healed()
	for _, key := range append(r.Journal.Keys(), r.observed.keys()...) {
		r.Waker.Wake(key)
	}
	r.Waker.Wake(allGroups)
	return reconcile.Result{}
}
