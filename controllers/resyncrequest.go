// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"fmt"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/apps"
)

// resyncRequestInterval is the shortest time between two requests for one app.
const resyncRequestInterval = time.Minute

// ResyncRequests ask for a resync of an app, on every replica, by an annotation on its IMApp: something was lost or may
// have been. The request is remembered until the API server has it.
type ResyncRequests struct {
	Client client.Client
	Waker  *Waker[reconcile.Request]
	Now    func() time.Time

	mu   sync.Mutex
	open map[apps.Key]bool
	last map[apps.Key]time.Time
}

// RequestResync asks for a resync of an app. It does not block, and asking again before the request was written does
// nothing.
func (r *ResyncRequests) RequestResync(app apps.Key) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.open == nil {
		r.open = map[apps.Key]bool{}
	}
	if !r.open[app] {
		r.open[app] = true
		r.Waker.Wake(request(app))
	}
}

// Pending lists the requests that are not written yet.
func (r *ResyncRequests) Pending() []reconcile.Request {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []reconcile.Request
	for app := range r.open {
		all = append(all, request(app))
	}
	return all
}

func request(app apps.Key) reconcile.Request {
	return reconcile.Request{NamespacedName: types.NamespacedName{Namespace: app.Namespace, Name: app.Name}}
}

// Reconcile writes the annotation, at most once in resyncRequestInterval.
func (r *ResyncRequests) Reconcile(ctx context.Context, req reconcile.Request) (reconcile.Result, error) {
	key := apps.Key{Namespace: req.Namespace, Name: req.Name}
	if wait := r.wait(key); wait > 0 {
		return reconcile.Result{RequeueAfter: wait}, nil
	}
	r.begin(key)
	app := &imv1alpha1.IMApp{}
	app.Namespace, app.Name = req.Namespace, req.Name
	patch := fmt.Sprintf(`{"metadata":{"annotations":{%q:%q}}}`, imv1alpha1.AnnotationResyncRequestedAt, r.Now().UTC().Format(time.RFC3339Nano))
	err := r.Client.Patch(ctx, app, client.RawPatch(types.MergePatchType, []byte(patch)))
	if client.IgnoreNotFound(err) != nil {
		r.reopen(key)
		return reconcile.Result{}, fmt.Errorf("asking for a resync: %w", err)
	}
	return reconcile.Result{}, nil
}

// wait returns the time until the app may be asked for again.
func (r *ResyncRequests) wait(app apps.Key) time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	return resyncRequestInterval - r.Now().Sub(r.last[app])
}

// begin closes a request before it is written, so that one that comes meanwhile is another one.
func (r *ResyncRequests) begin(app apps.Key) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.last == nil {
		r.last = map[apps.Key]time.Time{}
	}
	r.last[app] = r.Now()
	delete(r.open, app)
}

// reopen takes back begin, since nothing was written.
func (r *ResyncRequests) reopen(app apps.Key) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.open[app] = true
	delete(r.last, app)
}
