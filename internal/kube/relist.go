// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package kube

import (
	"context"
	"errors"
	"math/rand/v2"
	"time"

	"golang.org/x/time/rate"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
	toolscache "k8s.io/client-go/tools/cache"
	"sigs.k8s.io/controller-runtime/pkg/log"
)

const (
	// relistInterval is the time between two tries to list or watch while the API server is away, with as much again
	// at random. client-go's own waits grow to a minute, in which an operator that has just started refuses every
	// callback although the API server is back.
	relistInterval = time.Second
	// awayLogInterval bounds the log lines about that.
	awayLogInterval = 10 * time.Second
)

// relisting makes an informer that is up to date again soon after the API server is back.
func relisting(lw toolscache.ListerWatcher, kind runtime.Object, resync time.Duration, indexers toolscache.Indexers) toolscache.SharedIndexInformer {
	inner, throttle := toolscache.ToListerWatcherWithContext(lw), &rate.Sometimes{Interval: awayLogInterval}
	return toolscache.NewSharedIndexInformer(&toolscache.ListWatch{
		ListWithContextFunc: func(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
			return whileAway(ctx, throttle, func() (runtime.Object, error) { return inner.ListWithContext(ctx, o) })
		},
		WatchFuncWithContext: func(ctx context.Context, o metav1.ListOptions) (watch.Interface, error) {
			return whileAway(ctx, throttle, func() (watch.Interface, error) { return inner.WatchWithContext(ctx, o) })
		},
	}, kind, resync, indexers)
}

// whileAway asks again while the API server is away. What it answers, refusals too, is the caller's.
func whileAway[result any](ctx context.Context, throttle *rate.Sometimes, ask func() (result, error)) (result, error) {
	for {
		r, err := ask()
		if err == nil || ctx.Err() != nil || !isAway(err) {
			return r, err
		}
		throttle.Do(func() { log.FromContext(ctx).Info("the API server is away; trying again", "error", err.Error()) })
		select {
		case <-ctx.Done():
			return r, ctx.Err()
		case <-time.After(relistInterval + rand.N(relistInterval)): //nolint:gosec // spreads load, guards nothing
		}
	}
}

// isAway tells an API server that cannot be reached, has too much to do, or is about to start or stop, from one that says
// no. Errors that are not API responses count as away, since a list must be asked for again anyway; so does a kind that is not
// there, for CRDs may be deleted and created again, and client-go's own wait would grow to half a minute.
func isAway(err error) bool {
	var answer apierrors.APIStatus
	return !errors.As(err, &answer) || IsOutage(err) || apierrors.IsNotFound(err)
}
