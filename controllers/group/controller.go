// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package group writes the status of IMGroups: what callbacks left in the journal, and what the REST API says of groups.
package group

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/controllers/inventory"
	"github.com/imgroup-operator/imgroup-operator/internal/apps"
	"github.com/imgroup-operator/imgroup-operator/internal/event"
	"github.com/imgroup-operator/imgroup-operator/internal/groupstatus"
	"github.com/imgroup-operator/imgroup-operator/internal/merge"
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
	Journal   Journal
	Leader    interface{ IsLeader() bool }
	Metrics   *metrics.Metrics
	Events    *recorder.Recorder
	Queue     *queue.Source[Request]
	Observed  *Observations
	Fetcher   Fetcher
	Inventory *inventory.Inventory
	Now       func() time.Time
	// LimitReached is told when spec.groups.maxCount kept a group from being stored.
	LimitReached func(apps.Key)
	// Saturated reports whether the receiver has more to do than it can.
	Saturated func() bool
}

// Controller writes what the journal holds into the status of IMGroups: the only writer of it. It runs on every
// replica, each with its own journal; work that needs no event of its own journal is the leader's.
type Controller struct {
	Config

	grace        gracePeriods
	throttle     throttle
	backpressure backpressure
	failing      atomic.Bool // writes failed lately as they do in an outage: the first success wakes all that wait
	breaker      breaker
	recovery     *rate.Limiter // of the times at which all that is pending is woken
	backoff      workqueue.TypedRateLimiter[Request]
	errorLog     *rate.Limiter // of lines about writes that fail; an outage fails thousands
	dropLog      *rate.Limiter // of lines about events that are dropped, as an IMApp may want of most of them
}

// New makes the controller.
func New(c Config) *Controller {
	return &Controller{Config: c, backpressure: newBackpressure(c.Saturated), backoff: queue.Backoff[Request](),
		recovery: rate.NewLimiter(rate.Every(queue.BackoffMax), 1), errorLog: rate.NewLimiter(1, 5), dropLog: rate.NewLimiter(1, 5)}
}

// Reconcile brings everything pending for one group to the API server, then checkpoints it.
func (r *Controller) Reconcile(ctx context.Context, request Request) (reconcile.Result, error) {
	switch request.Kind {
	case Sweep:
		return reconcile.Result{}, r.sweep(ctx)
	case Recover:
		return r.endOutage(ctx), nil
	}
	key := request.Key
	if wait := r.breaker.parked(); wait > 0 {
		return reconcile.Result{RequeueAfter: wait}, nil
	}
	if left := r.throttle.left(key, r.Now()); left > 0 {
		return reconcile.Result{RequeueAfter: left}, nil
	}
	defer r.backpressure.enter(ctx)()
	ctx = log.IntoContext(ctx, log.FromContext(ctx).WithValues("namespace", key.Namespace, "imapp", key.App, "groupID", strconv.QuoteToASCII(key.GroupID)))
	if seen := r.Observed.get(key); seen != nil {
		if err := r.applyObserved(ctx, seen); err != nil {
			return r.failed(ctx, key, err), nil
		}
	}
	return r.syncPending(ctx, key)
}

// syncPending brings what the journal holds for a group to the API server. Without any it is the leader's part to keep
// the rest of the group's status true.
func (r *Controller) syncPending(ctx context.Context, key event.Key) (reconcile.Result, error) {
	pending, upTo, found := r.Journal.Pending(key)
	if !found && !r.Leader.IsLeader() {
		return reconcile.Result{}, nil
	}
	wait, again, err := r.sync(ctx, key, pending)
	var drop *dropped
	switch {
	case errors.As(err, &drop):
		if err := r.drop(ctx, pending, found, drop); err != nil {
			return r.failed(ctx, key, err), nil
		}
	case err != nil:
		return r.failed(ctx, key, err), nil
	case wait > 0:
		return reconcile.Result{RequeueAfter: wait}, nil
	case wait < 0: // until something else wakes it
		return reconcile.Result{}, nil
	}
	r.finish(key, pending, upTo, found, drop == nil)
	return reconcile.Result{RequeueAfter: again}, nil
}

// untilWoken is a wait that only a change of the IMApp ends.
const untilWoken = -1

// sync returns how long the events must wait, or nothing when they are written, and then when to look at the group again
// without any. Its error is a *dropped when they will never be.
func (r *Controller) sync(ctx context.Context, key event.Key, pending event.Event) (wait, again time.Duration, err error) {
	app, err := r.app(ctx, key)
	if err != nil {
		return 0, 0, err
	}
	groups, err := r.find(ctx, key)
	if err != nil {
		return 0, 0, err
	}
	r.grace.endOthers(key, app != nil, len(groups) > 0)
	switch {
	case app == nil:
		wait, err = r.withoutApp(ctx, key, pending, groups)
		return wait, 0, err
	case !app.DeletionTimestamp.IsZero(): // what is written now would go with it
		wait, err = r.withoutApp(ctx, key, pending, nil)
		return wait, 0, err
	case app.Spec.Suspend:
		return untilWoken, 0, nil
	case pending.Count > 0 && pending.SDKAppID != app.Spec.SDKAppID:
		return 0, 0, &dropped{reason: metrics.DropAppChanged}
	}
	pending, err = fresh(app, pending)
	if err != nil {
		return 0, 0, err
	}
	if len(groups) == 0 {
		if pending.Count == 0 {
			return 0, 0, nil
		}
		group, wait, err := r.create(ctx, app, pending)
		if err != nil || wait != 0 {
			return wait, 0, err
		}
		return 0, 0, r.write(ctx, app, group, pending, false)
	}
	if pending.Count == 0 && r.isNew(groups) {
		return newbornGrace, 0, nil
	}
	if pending.Count == 0 && slices.ContainsFunc(groups, func(g imv1alpha1.IMGroup) bool { return groupstatus.IsUnknown(&g) }) {
		r.Fetcher.Want(key)
	}
	if err := r.writeAll(ctx, app, groups, pending); err != nil || !r.Leader.IsLeader() {
		return 0, 0, err
	}
	again, err = r.expire(ctx, app, groups)
	return 0, again, err
}

// newbornGrace is how long the leader leaves an IMGroup alone that some replica has just created: that replica is about
// to write its first status.
const newbornGrace = 10 * time.Second

func (r *Controller) isNew(groups []imv1alpha1.IMGroup) bool {
	return slices.ContainsFunc(groups, func(g imv1alpha1.IMGroup) bool {
		return groupstatus.IsCreated(&g) && g.Status.ObservedGeneration < 1 && r.Now().Sub(g.CreationTimestamp.Time) < newbornGrace
	})
}

// app returns the IMApp of a key, or nil when there is none.
func (r *Controller) app(ctx context.Context, key event.Key) (*imv1alpha1.IMApp, error) {
	app := &imv1alpha1.IMApp{}
	err := r.Client.Get(ctx, types.NamespacedName{Namespace: key.Namespace, Name: key.App}, app, client.DisableReadYourWritesConsistency)
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the IMApp: %w", err)
	}
	return app, nil
}

// withoutApp says on the group's IMGroups that their IMApp is missing, and lets pending events wait for it.
func (r *Controller) withoutApp(ctx context.Context, key event.Key, pending event.Event, groups []imv1alpha1.IMGroup) (time.Duration, error) {
	for i := range groups {
		if err := r.writeAppNotFound(ctx, &groups[i]); err != nil {
			return 0, err
		}
	}
	if pending.Count == 0 {
		return 0, nil
	}
	if left := r.grace.left(key, appGoneGrace, r.Now()); left > 0 {
		return left, nil
	}
	return 0, &dropped{reason: metrics.DropAppGone}
}

// staleMargin is how much older than the last complete resync a callback must be to be stale.
const staleMargin = 60 * time.Second

// fresh leaves out what a complete resync has already settled.
func fresh(app *imv1alpha1.IMApp, pending event.Event) (event.Event, error) {
	if pending.Count == 0 || app.Status.Resync == nil || app.Status.Resync.Watermark == nil {
		return pending, nil
	}
	kept, any := merge.Since(pending.State, app.Status.Resync.Watermark.Add(-staleMargin).UnixMilli(), func(field string) bool { return isFetched(app, field) })
	if !any {
		return pending, &dropped{reason: metrics.DropStale}
	}
	pending.State = kept
	return pending, nil
}

// isFetched reports whether a resync asks for a field: of custom fields only those that the IMApp names.
func isFetched(app *imv1alpha1.IMApp, field string) bool {
	key, custom := strings.CutPrefix(field, event.CustomPrefix)
	return !custom || app.Spec.Rest != nil && slices.Contains(app.Spec.Rest.CustomFieldKeys, key)
}

// finish forgets what is done.
func (r *Controller) finish(key event.Key, pending event.Event, upTo uint64, found, written bool) {
	r.grace.end(key)
	r.backoff.Forget(Of(key))
	if found {
		r.Journal.Checkpoint(key, upTo)
	}
	if found && written {
		r.throttle.wrote(key, r.Now())
		r.Metrics.SyncLag.Observe(r.Now().Sub(pending.Received).Seconds())
		r.Metrics.SyncCoalesced.Add(float64(pending.Count - 1))
	}
}

// drop ends the way of events that will not be written. First it keeps them in a file when somebody must look at them.
func (r *Controller) drop(ctx context.Context, pending event.Event, found bool, d *dropped) error {
	file := ""
	if found && d.setAside {
		var err error
		if file, err = r.Journal.SetAside(pending, fmt.Sprintf("%s: %v", d.reason, d.cause)); err != nil {
			r.Metrics.JournalErrors.WithLabelValues(metrics.OpSetAside).Inc()
			return fmt.Errorf("setting aside refused events: %w", err)
		}
		r.Metrics.SyncWrites.WithLabelValues(metrics.WriteRejected).Inc()
	}
	r.Metrics.SyncDropped.WithLabelValues(d.reason).Add(float64(pending.Count))
	switch {
	case file != "":
		log.FromContext(ctx).Error(d.cause, "events will never be written; they were set aside", "reason", d.reason, "file", file, "events", pending.Count)
	case r.dropLog.Allow():
		log.FromContext(ctx).Info("events were dropped", "reason", d.reason, "events", pending.Count)
	}
	return nil
}
