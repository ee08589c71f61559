// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package controllers holds the only writers to Kubernetes. On every replica: apps (what the webhook must know of
// IMApps), groupsync (the journal's events into IMGroups) and resync requests. On the leader: the status of IMApps.
package controllers

import (
	"context"
	"fmt"
	"math"
	"time"

	"golang.org/x/time/rate"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
	"sigs.k8s.io/controller-runtime/pkg/source"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/apps"
	"github.com/imgroup-operator/imgroup-operator/internal/event"
	"github.com/imgroup-operator/imgroup-operator/internal/imcloud"
	"github.com/imgroup-operator/imgroup-operator/internal/metrics"
)

const (
	// reconcileTimeout bounds one reconcile, so that a hanging API server cannot hold a worker for ever.
	reconcileTimeout = 30 * time.Second
	// appsWorkers read Secrets, each every 10 s: one after another that takes longer from a few hundred IMApps on.
	appsWorkers = 16
	// forEver: the API server may be away for any time; a controller that cannot sync its cache must wait, not end.
	forEver = time.Duration(math.MaxInt64)
)

// Parts are what the controllers need from the rest of the operator.
type Parts struct {
	Journal      Pending
	Registry     *apps.Registry
	Metrics      *metrics.Metrics
	Elector      *Elector
	Groups       *Waker[event.Key] // woken by the journal
	ExternalURL  string            // --callback-external-url
	AllowedHosts []string          // --rest-allowed-hosts
	SyncWorkers  int               // --sync-workers
	Pressed      func() bool       // the receiver has more to do than it can
}

// Controllers are set up in a manager.
type Controllers struct {
	Apps   *Apps
	Resync *ResyncRequests
}

// The rights of the operator, in the namespaces that it serves.
//
// +kubebuilder:rbac:groups=im.imgroup.dev,resources=imapps,verbs=get;list;watch;patch
// +kubebuilder:rbac:groups=im.imgroup.dev,resources=imapps/status,verbs=patch
// +kubebuilder:rbac:groups=im.imgroup.dev,resources=imgroups,verbs=get;list;watch;create;patch;delete
// +kubebuilder:rbac:groups=im.imgroup.dev,resources=imgroups/status,verbs=patch
// +kubebuilder:rbac:groups="",resources=secrets,verbs=get
// +kubebuilder:rbac:groups=events.k8s.io,resources=events,verbs=create

// Setup adds the controllers to a manager.
func Setup(ctx context.Context, mgr manager.Manager, p Parts) (*Controllers, error) {
	if err := addIndex(ctx, mgr.GetFieldIndexer()); err != nil {
		return nil, fmt.Errorf("indexing IMGroups: %w", err)
	}
	census := newCensus()
	imapps := &Waker[reconcile.Request]{Pending: func() []reconcile.Request { return requests(p.Registry.Keys()) }}
	fetches := &Waker[reconcile.Request]{Pending: imapps.Pending}
	changed := func(app apps.Key) {
		imapps.Wake(request(app))
		fetches.Wake(request(app))
	}
	census.conflicted = changed
	resync := &ResyncRequests{Client: mgr.GetClient(), Waker: &Waker[reconcile.Request]{}, Now: time.Now}
	resync.Waker.Pending = resync.Pending
	resumed := func(app apps.Key) {
		if p.Elector.IsLeader() { // one request is enough
			resync.RequestResync(app)
		}
	}
	c := &Controllers{Resync: resync, Apps: &Apps{Client: mgr.GetClient(), Live: mgr.GetAPIReader(), Registry: p.Registry,
		Changed: changed, Resumed: resumed, loud: rate.Sometimes{First: 10, Interval: time.Second}}}
	events := NewRecorder(mgr.GetEventRecorder("imgroup-operator"))
	allowed := imcloud.AllowedHost(p.AllowedHosts)
	status := &IMApps{Client: mgr.GetClient(), Leader: p.Elector, Registry: p.Registry, ExternalURL: p.ExternalURL,
		Events: events, Now: time.Now, AllowedHost: allowed, census: census}
	groups := &GroupSync{Client: mgr.GetClient(), Live: mgr.GetAPIReader(), Journal: p.Journal, Leader: p.Elector,
		Metrics: p.Metrics, Events: events, Waker: p.Groups, Now: time.Now,
		LimitReached: changed, census: census, lane: newLane(p.Pressed), heals: rate.NewLimiter(rate.Every(backoffMax), 1), loud: rate.NewLimiter(1, 5), quiet: rate.NewLimiter(1, 5),
		backoff: workqueue.NewTypedItemExponentialFailureRateLimiter[event.Key](backoffFirst, backoffMax)}
	resyncs := &Resyncs{Client: mgr.GetClient(), Live: mgr.GetAPIReader(), Leader: p.Elector, Groups: groups, Metrics: p.Metrics,
		Waker: fetches, Now: time.Now, AllowedHost: allowed,
		backoff: workqueue.NewTypedItemExponentialFailureRateLimiter[apps.Key](resyncRetryFirst, resyncRetryMax)}
	groups.Unknown = resyncs.Want
	p.Metrics.WatchResync(resyncs.due.first)
	p.Elector.OnElected(imapps.WakePending)
	p.Elector.OnElected(resyncs.Elected)
	p.Elector.OnElected(func() { p.Groups.Wake(allGroups) })
	p.Groups.Pending = func() []event.Key { return append(p.Journal.Keys(), allGroups) }
	return c, firstError(
		func() error { return addController(mgr, "apps", appsWorkers, c.Apps) },
		func() error { return addController(mgr, "imapp", 1, status, imapps) },
		func() error { return addWoken(mgr, "resync-request", resync, resync.Waker) },
		func() error { return addResyncs(mgr, resyncs) },
		func() error { return addGroupSync(mgr, groups, p.SyncWorkers, resyncs) },
		func() error { return mgr.Add(p.Elector) },
	)
}

// addController adds a controller of IMApps, which a waker may wake as well.
func addController(mgr manager.Manager, name string, workers int, r reconcile.Reconciler, wakers ...*Waker[reconcile.Request]) error {
	b := builder.ControllerManagedBy(mgr).Named(name).WithOptions(options[reconcile.Request](workers)).For(&imv1alpha1.IMApp{})
	for _, w := range wakers {
		b = b.WatchesRawSource(w.Source())
	}
	return b.Complete(r)
}

// addWoken adds a controller that only its waker wakes.
func addWoken(mgr manager.Manager, name string, r reconcile.Reconciler, w *Waker[reconcile.Request]) error {
	return builder.ControllerManagedBy(mgr).Named(name).WithOptions(options[reconcile.Request](1)).WatchesRawSource(w.Source()).Complete(r)
}

// addResyncs adds a controller whose work may take minutes.
func addResyncs(mgr manager.Manager, r *Resyncs) error {
	o := options[reconcile.Request](resyncWorkers)
	o.ReconciliationTimeout = 0
	return builder.ControllerManagedBy(mgr).Named("resync").WithOptions(o).For(&imv1alpha1.IMApp{}).WatchesRawSource(r.Waker.Source()).Complete(r)
}

func addGroupSync(mgr manager.Manager, r *GroupSync, workers int, wants *Resyncs) error {
	o := options[event.Key](workers)
	o.Reconciler = r
	c, err := controller.NewTyped("groupsync", mgr, o)
	if err != nil {
		return err
	}
	return firstError(
		func() error { return c.Watch(groupSource(mgr.GetCache(), r.census, wants)) },
		func() error { return c.Watch(appSource(mgr.GetCache(), mgr.GetClient(), r.Journal)) },
		func() error { return c.Watch(r.Waker.Source()) },
	)
}

func options[request comparable](workers int) controller.TypedOptions[request] {
	everyReplica := false
	return controller.TypedOptions[request]{
		MaxConcurrentReconciles: workers,
		CacheSyncTimeout:        forEver,
		ReconciliationTimeout:   reconcileTimeout,
		NeedLeaderElection:      &everyReplica,
		RateLimiter:             workqueue.NewTypedItemExponentialFailureRateLimiter[request](backoffFirst, backoffMax),
	}
}

// groupSource counts IMGroups and wakes group sync for those that are new or have a new spec; wants is told of those
// whose state is to be fetched.
func groupSource(c cache.Cache, census *census, wants *Resyncs) source.TypedSource[event.Key] {
	return source.TypedKind(c, &imv1alpha1.IMGroup{}, groupEvents(census, wants))
}

// appSource wakes group sync for the groups of an IMApp that came, went or changed.
func appSource(c cache.Cache, reader client.Reader, journal Pending) source.TypedSource[event.Key] {
	return source.TypedKind(c, &imv1alpha1.IMApp{}, appEvents(reader, journal))
}

func requests(keys []apps.Key) []reconcile.Request {
	all := make([]reconcile.Request, 0, len(keys))
	for _, k := range keys {
		all = append(all, request(k))
	}
	return all
}

func firstError(steps ...func() error) error {
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}
