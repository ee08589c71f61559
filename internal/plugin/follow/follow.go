// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package follow keeps a store as the API server has its objects, and goes on over outages of it.
package follow

import (
	"context"
	"math/rand/v2"
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/tools/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/imgroup-operator/imgroup-operator/internal/plugin/cluster"
)

const (
	// reconnectEvery is the time between two tries while the API server is away, with as much again at random.
	// client-go's own waits grow to a minute.
	reconnectEvery = time.Second
	// refusedFor is how long an API server that knew the user may refuse: while it starts it may not know all rights.
	refusedFor = time.Minute
)

// Follower tells a store of each change of the objects of a kind, and waits until the store has taken it. After a lost
// connection it lists again. It runs once.
type Follower struct {
	Cluster   *cluster.Cluster
	Kind      client.Object            // an empty one
	List      func() client.ObjectList // an empty one
	Namespace string                   // "": all
	Name      string                   // of the only one that is followed; "": all
	Now       func() time.Time
	Away      func(why error) // is called when the API server goes away
	Back      func()          // is called when it is back

	end     context.CancelCauseFunc
	mu      sync.Mutex
	listed  bool // somebody was there
	away    bool
	refused time.Time // since when; zero: not
}

// Run returns when the context ends, or with the error that makes it useless to go on: at the start that is any.
func (f *Follower) Run(ctx context.Context, store cache.ReflectorStore) error {
	ctx, f.end = context.WithCancelCause(ctx)
	defer f.end(nil)
	source := &cache.ListWatch{ListWithContextFunc: f.list, WatchFuncWithContext: f.watchFrom}
	cache.NewReflectorWithOptions(source, f.Kind, store, cache.ReflectorOptions{Name: "follow"}).RunWithContext(ctx)
	return context.Cause(ctx)
}

func (f *Follower) options(o *metav1.ListOptions) client.ListOption {
	if f.Name != "" { // also for users who may see this one only
		o.FieldSelector = fields.OneTermEqualSelector("metadata.name", f.Name).String()
	}
	return &client.ListOptions{Namespace: f.Namespace, Raw: o}
}

func (f *Follower) list(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
	return patiently(ctx, f, isExpired, func() (runtime.Object, error) {
		list := f.List()
		return list, f.Cluster.List(ctx, list, f.options(&o))
	})
}

func (f *Follower) watchFrom(ctx context.Context, o metav1.ListOptions) (watch.Interface, error) {
	// An API server that cannot stream a list calls the wish for it invalid; then the library lists instead.
	library := func(err error) bool { return isExpired(err) || o.SendInitialEvents != nil && apierrors.IsInvalid(err) }
	return patiently(ctx, f, library, func() (watch.Interface, error) {
		return f.Cluster.Watch(ctx, f.List(), f.options(&o))
	})
}

// patiently asks until the API server is back. At the start nobody waits for one that is not there. The library, which
// asks, knows what to do about some errors.
func patiently[result any](ctx context.Context, f *Follower, library func(error) bool, ask func() (result, error)) (result, error) {
	for {
		r, err := ask()
		if ctx.Err() != nil || err != nil && library(err) || f.settled(err) {
			return r, err
		}
		select {
		case <-ctx.Done():
			return r, ctx.Err()
		case <-time.After(reconnectEvery + rand.N(reconnectEvery)): //nolint:gosec // spreads load, guards nothing
		}
	}
}

// settled reports whether an answer is to be taken as it is, and ends what cannot go on.
func (f *Follower) settled(err error) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err == nil {
		if f.away {
			f.Back()
		}
		f.away, f.listed, f.refused = false, true, time.Time{}
		return true
	}
	if !f.listed || f.refusedSince(err) > refusedFor {
		f.end(err)
		return true
	}
	if !f.away {
		f.Away(err)
	}
	f.away = true
	return false
}

// refusedSince is how long all answers have been a no.
func (f *Follower) refusedSince(err error) time.Duration {
	switch {
	case cluster.IsAway(err):
		f.refused = time.Time{}
		return 0
	case f.refused.IsZero():
		f.refused = f.Now()
	}
	return f.Now().Sub(f.refused)
}

// isExpired reports whether a watch cannot go on from where it was: that is too old, or newer than all that an API server
// knows which was set back.
func isExpired(err error) bool {
	return apierrors.IsResourceExpired(err) || apierrors.IsGone(err) || apierrors.HasStatusCause(err, metav1.CauseTypeResourceVersionTooLarge)
}
