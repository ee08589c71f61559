// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package kube

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync/atomic"
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

// informers makes informers that are up to date again soon after the API server is back. With refused they do not wait for
// a namespace that may not be listed.
type informers struct{ refused *Refused }

func (i informers) make(lw toolscache.ListerWatcher, kind runtime.Object, resync time.Duration, indexers toolscache.Indexers) toolscache.SharedIndexInformer {
	w := &watcher{inner: toolscache.ToListerWatcherWithContext(lw), kind: kind, refused: i.refused, log: &rate.Sometimes{Interval: awayLogInterval}}
	return toolscache.NewSharedIndexInformer(&toolscache.ListWatch{ListWithContextFunc: w.list, WatchFuncWithContext: w.watch}, kind, resync, indexers)
}

// refusalsBelieved is how many refusals in a row, one to two seconds apart, are taken for an answer: an API server that has
// just started does not know all roles yet.
const refusalsBelieved = 4

// watcher lists and watches one kind, in one namespace or in all.
type watcher struct {
	inner   toolscache.ListerWatcherWithContext
	kind    runtime.Object
	refused *Refused
	log     *rate.Sometimes
	seen    atomic.Bool // it was allowed once; what is refused later stays in the cache
}

func (w *watcher) list(ctx context.Context, o metav1.ListOptions) (runtime.Object, error) {
	list, err := whileAway(ctx, w.log, func() (runtime.Object, error) { return w.inner.ListWithContext(ctx, o) })
	w.seen.CompareAndSwap(false, err == nil)
	return list, err
}

func (w *watcher) watch(ctx context.Context, o metav1.ListOptions) (watch.Interface, error) {
	var found watch.Interface
	var err error
	namespace := ""
	for range refusalsBelieved {
		found, err = whileAway(ctx, w.log, func() (watch.Interface, error) { return w.inner.WatchWithContext(ctx, o) })
		w.seen.CompareAndSwap(false, err == nil)
		if namespace = namespaceOf(err); namespace == "" || w.refused == nil || w.seen.Load() || pause(ctx) != nil {
			return found, err
		}
	}
	return w.refused.pretend(ctx, namespace, w.kind, o.SendInitialEvents != nil && *o.SendInitialEvents, func() bool {
		_, err := w.inner.ListWithContext(ctx, metav1.ListOptions{Limit: 1})
		return namespaceOf(err) == ""
	}), nil
}

// whileAway asks again while the API server is away. What it answers, refusals too, is the caller's.
func whileAway[result any](ctx context.Context, throttle *rate.Sometimes, ask func() (result, error)) (result, error) {
	for {
		r, err := ask()
		if err == nil || ctx.Err() != nil || !isAway(err) {
			return r, err
		}
		throttle.Do(func() { log.FromContext(ctx).Info("the API server is away; trying again", "error", err.Error()) })
		if err := pause(ctx); err != nil {
			return r, err
		}
	}
}

// pause waits for the next try.
func pause(ctx context.Context) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(relistInterval + rand.N(relistInterval)): //nolint:gosec // spreads load, guards nothing
		return nil
	}
}

// isAway tells an API server that cannot be reached, has too much to do, or is about to start or stop, from one that says
// no. Errors that are not API responses count as away, since a list must be asked for again anyway; so does a kind that is not
// there, for CRDs may be deleted and created again, and client-go's own wait would grow to half a minute.
func isAway(err error) bool {
	var answer apierrors.APIStatus
	return !errors.As(err, &answer) || IsOutage(err) || apierrors.IsNotFound(err)
}
