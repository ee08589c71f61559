// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package group

import (
	"context"
	"time"

	"golang.org/x/time/rate"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/event"
	"github.com/imgroup-operator/imgroup-operator/internal/kube"
	"github.com/imgroup-operator/imgroup-operator/internal/queue"
)

// recovery finds the end of an outage and wakes all that is pending: not more often than an API server can bear that is away
// again and again.
type recovery struct {
	api     client.Reader
	retry   *retry
	queue   *queue.Source[Request]
	pending func() []event.Key
	backoff workqueue.TypedRateLimiter[Kind]
	limit   *rate.Limiter
}

// look probes the API server, if that is due. It returns when to look again.
func (r recovery) look(ctx context.Context) time.Duration {
	if app, due := r.retry.breaker.asks(); due {
		ctx, cancel := context.WithTimeout(ctx, probeTimeout)
		defer cancel()
		err := r.api.Get(ctx, kube.Request(app).NamespacedName, &imv1alpha1.IMApp{})
		if r.retry.breaker.probed(kube.IsOutage(err)); kube.IsOutage(err) {
			return r.backoff.When(Recover)
		}
		r.backoff.Forget(Recover)
	}
	if !r.retry.breaker.hasEnded() {
		return 0
	}
	if !r.limit.Allow() {
		return queue.BackoffMax
	}
	r.retry.breaker.reset()
	r.retry.recovered()
	for _, key := range r.pending() {
		r.queue.Push(Of(key))
	}
	r.queue.Push(Request{Kind: Sweep})
	return 0
}
