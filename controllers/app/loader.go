// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package app loads what the webhook must know of IMApps, and writes their status.
package app

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/time/rate"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	toolscache "k8s.io/client-go/tools/cache"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/apps"
	"github.com/imgroup-operator/imgroup-operator/internal/kube"
)

// How often a Secret is read again. Secrets are not watched: the operator's right is `get` alone, since RBAC cannot
// grant a watch of names without one of contents. The longest wait stays below 10 s.
const (
	secretInterval = 8 * time.Second
	secretJitter   = 1500 * time.Millisecond
	secretRetry    = 2 * time.Second // while it is missing or wrong: somebody waits for it
	loadersAtStart = 32              // Secrets read at the same time before the first callback is accepted
)

// Loader keeps the registry of IMApps that the webhook reads, on every replica.
type Loader struct {
	cached   client.Reader
	live     client.Reader
	registry *apps.Registry
	changed  func(apps.Key)
	resumed  func(app apps.Key, generation int64)

	errorLog rate.Sometimes // limits the lines about Secrets that cannot be read
	locks    sync.Map       // *sync.Mutex by apps.Key, as many as there were IMApps
}

// NewLoader makes a loader. changed is told of every change of the registry, resumed of an IMApp that is no longer
// suspended, and of the generation since which it is not.
func NewLoader(cached, live client.Reader, registry *apps.Registry, changed func(apps.Key), resumed func(apps.Key, int64)) *Loader {
	return &Loader{cached: cached, live: live, registry: registry, changed: changed, resumed: resumed,
		errorLog: rate.Sometimes{First: 10, Interval: time.Second}}
}

// Reconcile brings one IMApp into the registry and comes back to read its Secret again.
func (r *Loader) Reconcile(ctx context.Context, req reconcile.Request) (reconcile.Result, error) {
	next, err := r.refresh(ctx, req.NamespacedName)
	return reconcile.Result{RequeueAfter: next}, err
}

// refresh brings an app from the cache into the registry and returns when its Secret is to be read again. One app is
// refreshed by one goroutine at a time, so that an older spec never comes after a newer one.
func (r *Loader) refresh(ctx context.Context, name types.NamespacedName) (next time.Duration, err error) {
	key := apps.Key{Namespace: name.Namespace, Name: name.Name}
	lock, _ := r.locks.LoadOrStore(key, &sync.Mutex{})
	lock.(*sync.Mutex).Lock()
	defer lock.(*sync.Mutex).Unlock()
	app := &imv1alpha1.IMApp{}
	err = r.cached.Get(ctx, name, app, client.DisableReadYourWritesConsistency)
	if apierrors.IsNotFound(err) {
		r.registry.Delete(key)
		r.changed(key)
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("reading the IMApp: %w", err)
	}
	return nextRead(app, r.load(ctx, app)), nil
}

// LoadAll waits until the cache knows the IMApps, but for nothing else, brings them into the registry and marks it
// loaded: from then on an app that is not in it does not exist.
func (r *Loader) LoadAll(ctx context.Context, c cache.Cache) error {
	informer, err := c.GetInformer(ctx, &imv1alpha1.IMApp{}, cache.BlockUntilSynced(false))
	if err != nil {
		return fmt.Errorf("watching IMApps: %w", err)
	}
	// The controllers begin to watch later, and nobody tells them what was deleted before.
	_, err = informer.AddEventHandler(toolscache.ResourceEventHandlerFuncs{DeleteFunc: func(o any) { r.deleted(ctx, o) }})
	if err != nil {
		return fmt.Errorf("watching IMApps: %w", err)
	}
	if !toolscache.WaitForCacheSync(ctx.Done(), informer.HasSynced) {
		return ctx.Err()
	}
	var list imv1alpha1.IMAppList
	if err := r.cached.List(ctx, &list, client.DisableReadYourWritesConsistency); err != nil {
		return fmt.Errorf("listing IMApps: %w", err)
	}
	if err := r.refreshAll(ctx, list.Items); err != nil {
		return err
	}
	r.registry.MarkLoaded()
	return nil
}

func (r *Loader) refreshAll(ctx context.Context, all []imv1alpha1.IMApp) error {
	var secrets errgroup.Group
	secrets.SetLimit(loadersAtStart)
	for i := range all {
		secrets.Go(func() error {
			_, err := r.refresh(ctx, client.ObjectKeyFromObject(&all[i]))
			return err
		})
	}
	return secrets.Wait()
}

// deleted brings what the informer says was deleted out of the registry, unless it was recreated.
func (r *Loader) deleted(ctx context.Context, object any) {
	key, err := toolscache.DeletionHandlingObjectToName(object)
	if err == nil {
		_, err = r.refresh(ctx, types.NamespacedName{Namespace: key.Namespace, Name: key.Name})
	}
	if err != nil {
		log.FromContext(ctx).Error(err, "cannot forget an IMApp that was deleted", "object", key.String())
	}
}

// load sets an app in the registry and reports whether it is ready.
func (r *Loader) load(ctx context.Context, app *imv1alpha1.IMApp) bool {
	key := kube.AppKey(app)
	old, known := r.registry.Get(key)
	now := apps.App{Key: key, UID: string(app.UID), Generation: app.Generation, SDKAppID: app.Spec.SDKAppID, AllowUnsigned: app.Spec.Callback.AllowUnsigned, Suspended: app.Spec.Suspend}
	if ref := app.Spec.Callback.TokenSecretRef; ref != nil {
		now.Secret = ref.Name
		now.Tokens, now.Problem = r.tokens(ctx, app.Namespace, ref.Name, old)
		now.Warning = doubts(ref.Name, now.Tokens)
	}
	now.Ready = now.AllowUnsigned || len(now.Tokens) > 0
	r.registry.Set(now)
	if !known || !same(old, now) {
		r.changed(key)
	}
	if known && old.Suspended && !now.Suspended {
		r.resumed(key, now.Generation)
	}
	return now.Ready
}

// nextRead is the time until the Secret is read again; none without a Secret.
func nextRead(app *imv1alpha1.IMApp, ready bool) time.Duration {
	switch {
	case app.Spec.Callback.TokenSecretRef == nil:
		return 0
	case !ready:
		return secretRetry
	}
	return secretInterval + rand.N(secretJitter) //nolint:gosec // spreads load, guards nothing
}

// same compares what the webhook and the status depend on.
func same(a, b apps.App) bool {
	return a.UID == b.UID && a.Generation == b.Generation && a.SDKAppID == b.SDKAppID && a.AllowUnsigned == b.AllowUnsigned && a.Suspended == b.Suspended &&
		a.Ready == b.Ready && a.Secret == b.Secret && a.Problem == b.Problem && a.Warning == b.Warning
}
