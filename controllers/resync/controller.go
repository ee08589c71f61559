// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package resync fetches the state of groups from the REST API, and requests it when something may have been lost.
package resync

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/apps"
	"github.com/imgroup-operator/imgroup-operator/internal/event"
	"github.com/imgroup-operator/imgroup-operator/internal/imcloud"
	"github.com/imgroup-operator/imgroup-operator/internal/kube"
	"github.com/imgroup-operator/imgroup-operator/internal/metrics"
	"github.com/imgroup-operator/imgroup-operator/internal/queue"
)

const (
	// Workers is the number of IMApps that are resynced at the same time.
	Workers = 8
	// Waits after a resync that failed, each twice as long as the one before.
	retryFirst = 5 * time.Second
	retryMax   = 5 * time.Minute
	// configurationRetry is the wait after a fault that only a person can fix; a change of the IMApp or of its Secret,
	// which is read every secretCheck, ends it.
	configurationRetry = 15 * time.Minute
	secretCheck        = 20 * time.Second
	// restDelay is more than the second to which the server's clock is read, and the way of a request.
	restDelay = 2500 * time.Millisecond
)

// Observer takes what the REST API says of groups. settled is called once, when nothing waits any more.
type Observer interface {
	Observe(seen event.Event, settled func(result string))
	// ObserveInvalid is for an ID that no group has or ever will: the event is the end of a group.
	ObserveInvalid(seen event.Event, settled func(result string))
}

// Config is what resyncs need from the rest of the operator.
type Config struct {
	Client   client.Client
	Live     client.Reader
	Leader   interface{ IsLeader() bool }
	Observer Observer
	Metrics  *metrics.Metrics
	Queue    *queue.Source[reconcile.Request]
	Now      func() time.Time
	// AllowedHost reports whether spec.rest.baseURL may be used.
	AllowedHost func(baseURL string) bool
	Transport   http.RoundTripper // of requests to Tencent; nil = one that checks certificates
}

// Controller fetches the state of groups from the REST API, on the leader: of all groups of an IMApp in its interval and on
// demand, and of single ones. What it learns goes through group sync.
type Controller struct {
	Config

	backoff workqueue.TypedRateLimiter[apps.Key]
	mu      sync.Mutex
	apps    map[apps.Key]*appState
	due     dueTimes
}

// New makes the controller.
func New(c Config) *Controller {
	return &Controller{Config: c, apps: map[apps.Key]*appState{},
		backoff: workqueue.NewTypedItemExponentialFailureRateLimiter[apps.Key](retryFirst, retryMax)}
}

// Due is when the first resync is due, in seconds since 1970; +Inf if none is.
func (r *Controller) Due() float64 { return r.due.first() }

// appState is what the leader remembers of an app in its term.
type appState struct {
	swept  bool                 // all groups were fetched in this term, or those of which nothing is known are asked for
	full   bool                 // all groups are to be fetched, and were not yet
	wanted map[string]time.Time // IDs of single groups to ask for, and from when on
	pause  pause
	cloud  *imcloud.Client
	access string // what cloud was made of
}

// pause keeps an app from being tried again too soon.
type pause struct {
	until time.Time
	cause string // what was tried: another spec, Secret or request ends the pause
	fault error  // that is not in the status yet
}

// Want asks for the state of one group, on the leader. It does not block.
func (r *Controller) Want(key event.Key) { r.want(key, 0) }

// WantRest asks for what callbacks miss of a group. An observation has the time of the second before it, which
// must not be before the group's creation.
func (r *Controller) WantRest(key event.Key) { r.want(key, restDelay) }

func (r *Controller) want(key event.Key, delay time.Duration) {
	if !r.Leader.IsLeader() {
		return
	}
	app := apps.Key{Namespace: key.Namespace, Name: key.App}
	r.with(app, func(s *appState) { s.want(key.GroupID, r.Now().Add(delay)) })
	r.Queue.Push(kube.Request(app))
}

// Elected begins a term: what this replica remembers of an earlier one is old. Every IMApp must be looked at then.
func (r *Controller) Elected() {
	r.mu.Lock()
	for _, s := range r.apps {
		s.close()
	}
	r.apps = map[apps.Key]*appState{}
	r.mu.Unlock()
}

// state is called with mu held.
func (r *Controller) state(app apps.Key) *appState {
	if r.apps[app] == nil {
		r.apps[app] = &appState{}
	}
	return r.apps[app]
}

// with reads or changes what is remembered of an app.
func (r *Controller) with(app apps.Key, f func(*appState)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f(r.state(app))
}

func (r *Controller) forget(app apps.Key) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if s := r.apps[app]; s != nil {
		s.close()
		delete(r.apps, app)
	}
	r.backoff.Forget(app)
}

func (s *appState) want(groupID string, from time.Time) {
	if s.wanted == nil {
		s.wanted = map[string]time.Time{}
	}
	s.wanted[groupID] = from
}

// close gives the connections back that are not in use.
func (s *appState) close() {
	if s.cloud != nil {
		s.cloud.Close()
	}
}

// Reconcile does what is due for one IMApp. A full resync takes as long as it takes: at 20 queries per second 100 s for
// 100,000 groups.
func (r *Controller) Reconcile(ctx context.Context, req reconcile.Request) (reconcile.Result, error) {
	key := kube.KeyOf(req)
	app := &imv1alpha1.IMApp{}
	err := r.read(ctx, req, app)
	if client.IgnoreNotFound(err) != nil {
		return reconcile.Result{}, fmt.Errorf("reading the IMApp: %w", err)
	}
	r.due.note(key, app)
	switch {
	case !r.Leader.IsLeader():
		return reconcile.Result{}, nil
	case apierrors.IsNotFound(err):
		r.forget(key)
		return reconcile.Result{}, nil
	case !app.DeletionTimestamp.IsZero(), app.Spec.Suspend, app.Spec.Rest == nil:
		r.forget(key)
		return reconcile.Result{}, r.withoutREST(ctx, app)
	}
	wait, err := r.sync(ctx, app)
	return reconcile.Result{RequeueAfter: wait}, err
}

// read waits for the cache to show this replica's own last write, or a resync that is done would look due.
func (r *Controller) read(ctx context.Context, req reconcile.Request, app *imv1alpha1.IMApp) error {
	ctx, cancel := context.WithTimeout(ctx, kube.SecretTimeout)
	defer cancel()
	return r.Client.Get(ctx, req.NamespacedName, app)
}

// sync does what is due and returns when the app is to be looked at again.
func (r *Controller) sync(ctx context.Context, app *imv1alpha1.IMApp) (time.Duration, error) {
	if err := r.askForUnknown(ctx, app); err != nil {
		return 0, err
	}
	full := r.isDue(app)
	if !full && !r.hasWanted(app) {
		return r.untilNext(app), r.await(ctx, app)
	}
	secret, fault := r.secret(ctx, app)
	cause := causeOf(app, secret)
	if left := r.pausedFor(app, cause); left > 0 {
		return min(left, secretCheck), r.reportAgain(ctx, app)
	}
	if fault == nil {
		fault = r.fetch(ctx, app, secret, full)
	}
	if fault == nil {
		r.backoff.Forget(kube.AppKey(app))
		return r.untilNext(app), nil
	}
	if r.isInterruption(ctx, fault) {
		return 0, nil
	}
	wait := r.pauseAfter(app, cause, fault)
	log.FromContext(ctx).Info("a resync failed", "reason", reasonOf(fault), "error", fault.Error(), "retryIn", wait.String())
	if !full { // single groups: they are asked for again
		return min(wait, secretCheck), nil
	}
	return min(wait, secretCheck), r.report(ctx, app, fault)
}

// isInterruption tells a resync that is no longer wanted from one that failed: a new leader starts over, and a change of
// the IMApp has queued it again.
func (r *Controller) isInterruption(ctx context.Context, fault error) bool {
	return ctx.Err() != nil || errors.Is(fault, errInterrupted) || !r.Leader.IsLeader()
}
