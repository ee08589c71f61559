// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package watch

import (
	"context"
	"math/rand/v2"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/client-go/tools/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/cluster"
)

const (
	// reconnectEvery is the time between two tries while the API server is away, with as much again at random.
	// client-go's own waits grow to a minute.
	reconnectEvery = time.Second
	// refusedFor is how long an API server that knew the user may refuse: while it starts it may not know all rights.
	refusedFor = time.Minute
)

// run returns when the context ends, or with the error that makes it useless to go on.
func (f *follower) run(ctx context.Context) error {
	ctx, f.end = context.WithCancelCause(ctx)
	defer f.end(nil)
	source := &cache.ListWatch{ListWithContextFunc: f.list, WatchFuncWithContext: f.watchFrom}
	cache.NewReflectorWithOptions(source, &imv1alpha1.IMGroup{}, f, cache.ReflectorOptions{Name: "watch"}).RunWithContext(ctx)
	return context.Cause(ctx)
}

func (f *follower) options(o *metav1.ListOptions) client.ListOption {
	if len(f.names) == 1 { // also for users who may see this one only
		o.FieldSelector = fields.OneTermEqualSelector("metadata.name", f.names[0]).String()
	}
	return &client.ListOptions{Namespace: f.namespace, Raw: o}
}

func (f *follower) list(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
	return patiently(ctx, f, isExpired, func() (runtime.Object, error) {
		list := &imv1alpha1.IMGroupList{}
		return list, f.cluster.List(ctx, list, f.options(&o))
	})
}

func (f *follower) watchFrom(ctx context.Context, o metav1.ListOptions) (watch.Interface, error) {
	// An API server that cannot stream a list calls the wish for it invalid; then the library lists instead.
	library := func(err error) bool { return isExpired(err) || o.SendInitialEvents != nil && apierrors.IsInvalid(err) }
	return patiently(ctx, f, library, func() (watch.Interface, error) {
		return f.cluster.Watch(ctx, &imv1alpha1.IMGroupList{}, f.options(&o))
	})
}

// patiently asks until the API server is back. At the start nobody waits for one that is not there. The library, which
// asks, knows what to do about some errors.
func patiently[result any](ctx context.Context, f *follower, library func(error) bool, ask func() (result, error)) (result, error) {
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
func (f *follower) settled(err error) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err == nil {
		if f.away {
			f.Note("The API server is back.")
		}
		f.away, f.listed, f.refused = false, true, time.Time{}
		return true
	}
	if !f.listed || f.refusedSince(err) > refusedFor {
		f.end(err)
		return true
	}
	if !f.away {
		f.Note("The API server is away (%v); trying again.", err)
	}
	f.away = true
	return false
}

// refusedSince is how long all answers have been a no.
func (f *follower) refusedSince(err error) time.Duration {
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
