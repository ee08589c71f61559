// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package group writes the status of IMGroups: what callbacks left in the journal, and what the REST API reports.
package group

import (
	"context"
	"strconv"
	"time"

	"golang.org/x/time/rate"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	"github.com/imgroup-operator/imgroup-operator/controllers/inventory"
	"github.com/imgroup-operator/imgroup-operator/internal/apps"
	"github.com/imgroup-operator/imgroup-operator/internal/event"
	"github.com/imgroup-operator/imgroup-operator/internal/metrics"
	"github.com/imgroup-operator/imgroup-operator/internal/queue"
	"github.com/imgroup-operator/imgroup-operator/internal/recorder"
)

// Journal is what group sync needs of the journal.
type Journal interface {
	Pending(event.Key) (ev event.Event, upTo uint64, ok bool)
	Checkpoint(key event.Key, upTo uint64)
	SetAside(ev event.Event, reason string) (file string, err error)
	Keys() []event.Key
}

// Fetcher fetches the state of single groups from the REST API, on the leader. It does not block.
type Fetcher interface {
	// Want asks for the state of a group.
	Want(event.Key)
	// WantRest asks for what callbacks miss of a group that they have just told of.
	WantRest(event.Key)
}

// Config is what group sync needs from the rest of the operator.
type Config struct {
	Client    client.Client // reads from the cache, sees its own writes
	Live      client.Reader // reads from the API server
	Cache     cache.Cache
	Groups    client.Reader // the cache: see kube.EachGroup
	Journal   Journal
	Leader    interface{ IsLeader() bool }
	Metrics   *metrics.Metrics
	Events    *recorder.Recorder
	Queue     *queue.Source[Request]
	Observed  *Observations
	Fetcher   Fetcher
	Inventory *inventory.Inventory
	Workers   int
	Now       func() time.Time
	// Listed is called once, when the inventory knows every IMGroup.
	Listed func()
	// LimitReached is told when spec.groups.maxCount kept a group from being stored.
	LimitReached func(apps.Key)
	// Saturated reports whether the receiver has more to do than it can.
	Saturated func() bool
}

// Controller writes what the journal holds into the status of IMGroups: the only writer of it. It runs on every
// replica, each with its own journal; work that needs no event of its own journal is the leader's.
type Controller struct {
	Config

	retry        *retry
	backpressure backpressure
	decider      decider
	writer       writer
	creator      creator
	retention    retention
	clearer      clearer
	dropper      dropper
	sweeper      sweeper
	recovery     recovery
	errorLog     *rate.Limiter // of lines about writes that fail; an outage fails thousands
}

// New makes the controller.
func New(c Config) *Controller {
	retry := newRetry(c.Queue, c.Workers, c.Now)
	writer := writer{client: c.Client, api: c.Live, metrics: c.Metrics, events: c.Events}
	return &Controller{
		Config:       c,
		retry:        retry,
		backpressure: newBackpressure(c.Saturated),
		decider:      decider{reader: newReader(c.Client, c.Live, retry.breaker), inventory: c.Inventory, grace: &gracePeriods{}, now: c.Now},
		writer:       writer,
		creator:      creator{writer: writer, inventory: c.Inventory},
		retention:    retention{client: c.Client, now: c.Now},
		clearer:      clearer{client: c.Client, metrics: c.Metrics, limit: rate.NewLimiter(rate.Every(time.Minute), 1)},
		dropper:      dropper{journal: c.Journal, metrics: c.Metrics, limit: rate.NewLimiter(1, 5)},
		sweeper:      sweeper{cache: c.Client, groups: c.Groups, leader: c.Leader, inventory: c.Inventory, queue: c.Queue, listed: c.Listed},
		recovery: recovery{api: c.Live, retry: retry, queue: c.Queue, backoff: queue.Backoff[Kind](), limit: rate.NewLimiter(rate.Every(queue.BackoffMax), 1),
			pending: func() []event.Key { return append(c.Journal.Keys(), c.Observed.keys()...) }},
		errorLog: rate.NewLimiter(1, 5),
	}
}

// Reconcile brings everything that was told of one group to the API server, when it is the group's turn.
func (r *Controller) Reconcile(ctx context.Context, request Request) (reconcile.Result, error) {
	switch request.Kind {
	case Sweep:
		return reconcile.Result{}, r.sweeper.sweep(ctx)
	case Recover:
		return reconcile.Result{RequeueAfter: r.recovery.look(ctx)}, nil
	}
	key := request.Key
	turn := r.retry.wait(key)
	if !turn.granted {
		return turn.result(), nil
	}
	defer r.retry.release(key) // should what follows panic
	defer r.backpressure.enter(ctx)()
	ctx = log.IntoContext(ctx, log.FromContext(ctx).WithValues("namespace", key.Namespace, "imapp", key.App, "groupID", strconv.QuoteToASCII(key.GroupID)))
	done, err := r.settle(ctx, key)
	switch {
	case err != nil:
		turn = r.retry.failed(key, err)
		r.logFailure(ctx, err, turn.after)
		return turn.result(), nil
	case done.wrote:
		r.retry.succeeded(key)
	default:
		r.retry.forget(key)
	}
	return reconcile.Result{RequeueAfter: done.after}, nil
}

// logFailure counts and logs an error that may pass. Of a conflict nothing is wrong: another writer was faster, again and
// again.
func (r *Controller) logFailure(ctx context.Context, err error, retryIn time.Duration) {
	if apierrors.IsConflict(err) {
		return
	}
	r.Metrics.SyncWrites.WithLabelValues(metrics.WriteError).Inc()
	if r.errorLog.Allow() {
		log.FromContext(ctx).Error(err, "writing to the API server failed; the events stay pending", "retryIn", retryIn.String())
	}
}

// result is how a turn that was not granted, or failed, goes back into the queue.
func (t turn) result() reconcile.Result {
	result := reconcile.Result{RequeueAfter: t.after}
	if t.low {
		low := handler.LowPriority
		result.Priority = &low
	}
	return result
}
