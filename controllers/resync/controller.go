// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package resync fetches the state of groups from the REST API, and requests it when something may have been lost.
package resync

import (
	"context"
	"fmt"
	"net/http"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/apps"
	"github.com/imgroup-operator/imgroup-operator/internal/event"
	"github.com/imgroup-operator/imgroup-operator/internal/kube"
	"github.com/imgroup-operator/imgroup-operator/internal/metrics"
	"github.com/imgroup-operator/imgroup-operator/internal/queue"
)

const (
	// Workers is the number of IMApps that are resynced at the same time.
	Workers = 8
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
	Groups   client.Reader // the cache: see kube.EachGroup
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

	status  status
	backoff workqueue.TypedRateLimiter[apps.Key]
	terms   terms
	due     dueTimes
}

// New makes the controller.
func New(c Config) *Controller {
	return &Controller{Config: c, status: status{client: c.Client, live: c.Live, now: c.Now},
		backoff: workqueue.NewTypedItemExponentialFailureRateLimiter[apps.Key](retryFirst, retryMax)}
}

// Due is when the first resync is due, in seconds since 1970; +Inf if none is.
func (r *Controller) Due() float64 { return r.due.first() }

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
	r.terms.of(app).want(r.Now().Add(delay), key.GroupID)
	r.Queue.Push(kube.Request(app))
}

// Elected begins a term: what this replica remembers of an earlier one is old. Every IMApp must be looked at then.
func (r *Controller) Elected() { r.terms.end() }

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
		return reconcile.Result{}, r.status.withoutREST(ctx, app)
	}
	wait, err := r.sync(ctx, app, r.terms.of(key))
	return reconcile.Result{RequeueAfter: wait}, err
}

// read waits for the cache to show this replica's own last write, or a resync that is done would look due.
func (r *Controller) read(ctx context.Context, req reconcile.Request, app *imv1alpha1.IMApp) error {
	ctx, cancel := context.WithTimeout(ctx, kube.SecretTimeout)
	defer cancel()
	return r.Client.Get(ctx, req.NamespacedName, app)
}

func (r *Controller) forget(app apps.Key) {
	r.terms.forget(app)
	r.backoff.Forget(app)
}
