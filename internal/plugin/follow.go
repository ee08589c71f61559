// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package plugin

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/tools/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/changes"
)

// reconnectEvery is the time between two tries while the API server is away, with as much again at random. client-go's
// own waits grow to a minute.
const reconnectEvery = time.Second

// follower shows what changes. An informer keeps what was shown last of each IMGroup: after a lost connection it lists
// again, and what differs is shown, once.
type follower struct {
	*plugin
	cluster   *cluster
	namespace string // "": all
	names     []string
	show      func([]changes.Change) error

	end    context.CancelCauseFunc
	mu     sync.Mutex
	listed bool // the first list is there
	away   bool
}

// run returns when the context ends, or with the error that makes it useless to go on.
func (f *follower) run(ctx context.Context) error {
	ctx, f.end = context.WithCancelCause(ctx)
	defer f.end(nil)
	store, informer := cache.NewInformerWithOptions(cache.InformerOptions{
		ListerWatcher: &cache.ListWatch{ListWithContextFunc: f.list, WatchFuncWithContext: f.watchFrom},
		ObjectType:    &imv1alpha1.IMGroup{},
		Handler:       f,
		Transform:     lean,
	})
	var greeting sync.WaitGroup
	greeting.Go(func() { f.greet(ctx, store, informer) })
	informer.RunWithContext(ctx)
	greeting.Wait()
	return context.Cause(ctx)
}

// greet says that from now on changes are shown: without changes nobody would know.
func (f *follower) greet(ctx context.Context, store cache.Store, informer cache.Controller) {
	if !cache.WaitForCacheSync(ctx.Done(), informer.HasSynced) {
		return
	}
	count := 0
	for _, o := range store.List() {
		if g, ok := o.(*imv1alpha1.IMGroup); ok && f.wants(g) {
			count++
		}
	}
	f.note("Watching %d IMGroups%s; Ctrl-C ends it.", count, inNamespace(f.namespace))
}

// lean drops what no change is read from, which is more than the rest.
func lean(o any) (any, error) {
	if g, ok := o.(*imv1alpha1.IMGroup); ok {
		g.ManagedFields = nil
	}
	return o, nil
}

func (f *follower) options(o *metav1.ListOptions) client.ListOption {
	if len(f.names) == 1 { // also for users who may see this one only
		o.FieldSelector = fields.OneTermEqualSelector("metadata.name", f.names[0]).String()
	}
	return &client.ListOptions{Namespace: f.namespace, Raw: o}
}

func (f *follower) list(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
	return patiently(ctx, f, func() (runtime.Object, error) {
		list := &imv1alpha1.IMGroupList{}
		return list, f.cluster.List(ctx, list, f.options(&o))
	})
}

func (f *follower) watchFrom(ctx context.Context, o metav1.ListOptions) (watch.Interface, error) {
	return patiently(ctx, f, func() (watch.Interface, error) {
		return f.cluster.Watch(ctx, &imv1alpha1.IMGroupList{}, f.options(&o))
	})
}

// patiently asks until the API server is back. At the start nobody waits for one that is not there.
func patiently[result any](ctx context.Context, f *follower, ask func() (result, error)) (result, error) {
	for {
		r, err := ask()
		if ctx.Err() != nil || f.settled(err) {
			return r, err
		}
		select {
		case <-ctx.Done():
			return r, ctx.Err()
		case <-time.After(reconnectEvery + rand.N(reconnectEvery)): //nolint:gosec // spreads load, guards nothing
		}
	}
}

// settled tells whether an answer is to be taken as it is, and ends what cannot go on.
func (f *follower) settled(err error) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case err == nil:
		if f.away {
			f.note("The API server is back.")
		}
		f.away, f.listed = false, true
		return true
	case f.listed && isExpired(err):
		return true // the informer lists again
	case f.listed: // while it starts, an API server may refuse whom it knows well
		if !f.away {
			f.note("The API server is away (%v); trying again.", err)
		}
		f.away = true
		return false
	}
	f.end(err)
	return true
}

// OnAdd is a part of cache.ResourceEventHandler. Those that are there at the start are no news.
func (f *follower) OnAdd(o any, initial bool) {
	if g, ok := o.(*imv1alpha1.IMGroup); ok && !initial {
		f.changed(nil, g)
	}
}

// OnUpdate is a part of cache.ResourceEventHandler.
func (f *follower) OnUpdate(before, after any) {
	old, known := before.(*imv1alpha1.IMGroup)
	if now, ok := after.(*imv1alpha1.IMGroup); ok && known {
		f.changed(old, now)
	}
}

// OnDelete is a part of cache.ResourceEventHandler.
func (f *follower) OnDelete(o any) {
	if gone, ok := o.(cache.DeletedFinalStateUnknown); ok {
		o = gone.Obj
	}
	if g, ok := o.(*imv1alpha1.IMGroup); ok {
		f.changed(g, nil)
	}
}

func (f *follower) changed(old, now *imv1alpha1.IMGroup) {
	g := now
	if g == nil {
		g = old
	}
	if !f.wants(g) {
		return
	}
	if err := f.show(changes.Between(old, now, f.now())); err != nil {
		f.end(err)
	}
}
