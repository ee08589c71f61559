// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package resync

import (
	"context"
	"fmt"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"
	"sigs.k8s.io/controller-runtime/pkg/source"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/apps"
	"github.com/imgroup-operator/imgroup-operator/internal/kube"
	"github.com/imgroup-operator/imgroup-operator/internal/queue"
)

// requestInterval is the shortest time between two requests for one app.
const requestInterval = time.Minute

// Ledger remembers over restarts to which apps a resync is owed. It does not block.
type Ledger interface {
	Owe(app apps.Key)
	Settle(app apps.Key)
}

// Requests ask for a resync of an app, on every replica, by an annotation on its IMApp: something was lost or may
// have been. The request is remembered until the API server has it.
type Requests struct {
	client client.Client
	ledger Ledger
	queue  *queue.Source[reconcile.Request]
	now    func() time.Time

	mu      sync.Mutex
	open    map[apps.Key]bool
	last    map[apps.Key]time.Time
	resumed map[apps.Key]int64 // the generation of the resumption that was asked for last
}

// NewRequests makes the controller, whose queue is its own.
func NewRequests(writer client.Client, ledger Ledger, now func() time.Time) *Requests {
	return &Requests{client: writer, ledger: ledger, queue: &queue.Source[reconcile.Request]{}, now: now, open: map[apps.Key]bool{},
		last: map[apps.Key]time.Time{}, resumed: map[apps.Key]int64{}}
}

// Watch is what wakes the controller.
func (r *Requests) Watch() source.TypedSource[reconcile.Request] { return r.queue.Watch(r.pending) }

// RequestResync asks for a resync of an app. It does not block, and asking again before the request was written does
// nothing.
func (r *Requests) RequestResync(app apps.Key) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.open[app] {
		r.open[app] = true
		r.ledger.Owe(app)
		r.queue.Push(kube.Request(app))
	}
}

// Resumed asks for a resync of an app that is no longer suspended: once for the generation since which it is not.
func (r *Requests) Resumed(app apps.Key, generation int64) {
	r.mu.Lock()
	told := r.resumed[app] == generation
	r.resumed[app] = generation
	r.mu.Unlock()
	if !told {
		r.RequestResync(app)
	}
}

// Forget drops what was noted of an app that is deleted. A request that is open stays until the API server says so, too.
func (r *Requests) Forget(app apps.Key) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.last, app)
	delete(r.resumed, app)
}

// pending lists the requests that are not written yet.
func (r *Requests) pending() []reconcile.Request {
	r.mu.Lock()
	defer r.mu.Unlock()
	var all []reconcile.Request
	for app := range r.open {
		all = append(all, kube.Request(app))
	}
	return all
}

// Reconcile writes the annotation, at most once in requestInterval.
func (r *Requests) Reconcile(ctx context.Context, req reconcile.Request) (reconcile.Result, error) {
	key := kube.KeyOf(req)
	if wait := r.wait(key); wait > 0 {
		return reconcile.Result{RequeueAfter: wait}, nil
	}
	r.begin(key)
	app := &imv1alpha1.IMApp{}
	app.Namespace, app.Name = req.Namespace, req.Name
	patch := fmt.Sprintf(`{"metadata":{"annotations":{%q:%q}}}`, imv1alpha1.AnnotationResyncRequestedAt, r.now().UTC().Format(time.RFC3339Nano))
	err := r.client.Patch(ctx, app, client.RawPatch(types.MergePatchType, []byte(patch)))
	if client.IgnoreNotFound(err) != nil {
		r.reopen(key)
		return reconcile.Result{}, fmt.Errorf("asking for a resync: %w", err)
	}
	if err != nil {
		r.Forget(key)
	}
	r.settle(key)
	return reconcile.Result{}, nil
}

// wait returns the time until the app may be asked for again.
func (r *Requests) wait(app apps.Key) time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	return requestInterval - r.now().Sub(r.last[app])
}

// begin closes a request before it is written, so that one that comes meanwhile is another one.
func (r *Requests) begin(app apps.Key) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.last[app] = r.now()
	delete(r.open, app)
}

// settle ends what begin began, unless another request came meanwhile.
func (r *Requests) settle(app apps.Key) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.open[app] {
		r.ledger.Settle(app)
	}
}

// reopen takes back begin, since nothing was written.
func (r *Requests) reopen(app apps.Key) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.open[app] = true
	delete(r.last, app)
}
