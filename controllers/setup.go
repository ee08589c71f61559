// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package controllers wires the only writers to Kubernetes. On every replica: what the webhook must know of IMApps (app), the
// journal's events into IMGroups (group) and requests for resyncs (resync). On the leader: the status of IMApps (app) and the
// state that the REST API gives (resync).
package controllers

import (
	"context"
	"fmt"
	"math"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/builder"
	"sigs.k8s.io/controller-runtime/pkg/controller"
	"sigs.k8s.io/controller-runtime/pkg/manager"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
	"sigs.k8s.io/controller-runtime/pkg/source"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/controllers/app"
	"github.com/imgroup-operator/imgroup-operator/controllers/group"
	"github.com/imgroup-operator/imgroup-operator/controllers/inventory"
	"github.com/imgroup-operator/imgroup-operator/controllers/resync"
	"github.com/imgroup-operator/imgroup-operator/internal/apps"
	"github.com/imgroup-operator/imgroup-operator/internal/imcloud"
	"github.com/imgroup-operator/imgroup-operator/internal/kube"
	"github.com/imgroup-operator/imgroup-operator/internal/leader"
	"github.com/imgroup-operator/imgroup-operator/internal/metrics"
	"github.com/imgroup-operator/imgroup-operator/internal/queue"
	"github.com/imgroup-operator/imgroup-operator/internal/recorder"
)

const (
	// reconcileTimeout bounds one reconcile, so that a hanging API server cannot hold a worker for ever.
	reconcileTimeout = 30 * time.Second
	// loaders read Secrets, each every 10 s: one after another that takes longer from a few hundred IMApps on.
	loaders = 16
	// forEver: the API server may be away for any time; a controller that cannot sync its cache must wait, not end.
	forEver = time.Duration(math.MaxInt64)
	// writers write the status of IMApps, and the requests for resyncs; enough that those whose writes hang leave some to others.
	writers = 16
)

// Parts are what the controllers need from the rest of the operator.
type Parts struct {
	Journal      group.Journal
	Registry     *apps.Registry
	Metrics      *metrics.Metrics
	Elector      *leader.Elector
	Groups       *queue.Source[group.Request] // into which the journal pushes
	Requests     *resync.Requests
	ExternalURL  string      // --callback-external-url
	AllowedHosts []string    // --rest-allowed-hosts
	SyncWorkers  int         // --sync-workers
	Saturated    func() bool // the receiver has more to do than it can
}

// The rights of the operator, in the namespaces that it serves.
//
// +kubebuilder:rbac:groups=im.imgroup.dev,resources=imapps,verbs=get;list;watch;patch
// +kubebuilder:rbac:groups=im.imgroup.dev,resources=imapps/status,verbs=patch
// +kubebuilder:rbac:groups=im.imgroup.dev,resources=imgroups,verbs=get;list;watch;create;patch;delete
// +kubebuilder:rbac:groups=im.imgroup.dev,resources=imgroups/status,verbs=patch
// +kubebuilder:rbac:groups="",resources=secrets,verbs=get
// +kubebuilder:rbac:groups=events.k8s.io,resources=events,verbs=create

// Setup adds the controllers to a manager. It returns the loader, which the operator runs before it takes callbacks.
func Setup(ctx context.Context, mgr manager.Manager, p Parts) (*app.Loader, error) {
	if err := kube.AddGroupIndex(ctx, mgr.GetFieldIndexer()); err != nil {
		return nil, fmt.Errorf("indexing IMGroups: %w", err)
	}
	var (
		statuses, fetches queue.Source[reconcile.Request] // of IMApps
		cached, live      = mgr.GetClient(), mgr.GetAPIReader()
		allowed           = imcloud.AllowedHost(p.AllowedHosts)
		events            = recorder.New(mgr.GetEventRecorder("imgroup-operator"))
		known             = func() []reconcile.Request { return kube.Requests(p.Registry.Keys()) }
		changed           = func(app apps.Key) {
			if _, ok := p.Registry.Get(app); !ok {
				p.Requests.Forget(app)
			}
			statuses.Push(kube.Request(app))
			fetches.Push(kube.Request(app))
		}
		counted  = inventory.New(changed)
		observed = group.NewObservations(p.Groups)
	)
	resumed := func(app apps.Key, generation int64) {
		if p.Elector.IsLeader() { // one request is enough
			p.Requests.Resumed(app, generation)
		}
	}
	loader := app.NewLoader(cached, live, p.Registry, changed, resumed)
	status := app.NewStatus(app.StatusConfig{Client: cached, Leader: p.Elector, Registry: p.Registry, ExternalURL: p.ExternalURL,
		Events: events, Now: time.Now, AllowedHost: allowed, Inventory: counted, Resumed: resumed})
	resyncs := resync.New(resync.Config{Client: cached, Live: live, Groups: mgr.GetCache(), Leader: p.Elector, Observer: observed, Metrics: p.Metrics,
		Queue: &fetches, Now: time.Now, AllowedHost: allowed})
	groups := group.New(group.Config{Client: cached, Live: live, Cache: mgr.GetCache(), Groups: mgr.GetCache(), Journal: p.Journal, Leader: p.Elector,
		Metrics: p.Metrics, Events: events, Queue: p.Groups, Observed: observed, Fetcher: resyncs, Inventory: counted, Workers: p.SyncWorkers, Now: time.Now,
		Listed: func() { statuses.Push(known()...) }, LimitReached: changed, Saturated: p.Saturated})
	p.Metrics.WatchResync(resyncs.Due)
	p.Elector.OnElected(func() {
		resyncs.Elected()
		statuses.Push(known()...)
		fetches.Push(known()...)
		p.Groups.Push(group.Request{Kind: group.Sweep})
	})
	return loader, firstError(
		func() error { return addApps(mgr, "apps", options(loaders, loader)) },
		func() error { return addApps(mgr, "imapp", options(writers, status), statuses.Watch(known)) },
		func() error {
			return addApps(mgr, "resync", untimed(options(resync.Workers, resyncs)), fetches.Watch(known))
		},
		func() error { return add(mgr, "resync-request", options(writers, p.Requests), p.Requests.Watch()) },
		func() error { return add(mgr, "groupsync", options(p.SyncWorkers, groups), groups.Watches()...) },
		func() error { return mgr.Add(p.Elector) },
	)
}

// addApps adds a controller of IMApps, which other sources may wake as well.
func addApps(mgr manager.Manager, name string, o controller.Options, sources ...source.Source) error {
	r := o.Reconciler
	o.Reconciler = nil // which the builder wants to be told last
	b := builder.ControllerManagedBy(mgr).Named(name).WithOptions(o).For(&imv1alpha1.IMApp{})
	for _, s := range sources {
		b = b.WatchesRawSource(s)
	}
	return b.Complete(r)
}

// add adds a controller that its sources alone wake.
func add[request comparable](mgr manager.Manager, name string, o controller.TypedOptions[request], sources ...source.TypedSource[request]) error {
	c, err := controller.NewTyped(name, mgr, o)
	for _, s := range sources {
		if err == nil {
			err = c.Watch(s)
		}
	}
	return err
}

func options[request comparable](workers int, r reconcile.TypedReconciler[request]) controller.TypedOptions[request] {
	everyReplica := false
	return controller.TypedOptions[request]{
		Reconciler:              r,
		MaxConcurrentReconciles: workers,
		CacheSyncTimeout:        forEver,
		ReconciliationTimeout:   reconcileTimeout,
		NeedLeaderElection:      &everyReplica,
		RateLimiter:             queue.Backoff[request](),
		NewQueue:                queue.New[request],
	}
}

// untimed is for work that may take minutes.
func untimed(o controller.Options) controller.Options {
	o.ReconciliationTimeout = 0
	return o
}

func firstError(steps ...func() error) error {
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}
