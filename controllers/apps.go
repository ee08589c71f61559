// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"
	"golang.org/x/time/rate"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	toolscache "k8s.io/client-go/tools/cache"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/apps"
)

// Keys of the Secret of spec.callback.tokenSecretRef.
const (
	tokenKey         = "token"
	previousTokenKey = "previousToken"
)

// How often a Secret is read again. Secrets are not watched: the operator's right is `get` alone, since RBAC cannot
// grant a watch of names without one of contents. The longest wait stays below 10 s.
const (
	secretInterval = 8 * time.Second
	secretJitter   = 1500 * time.Millisecond
	secretRetry    = 2 * time.Second // while it is missing or wrong: somebody waits for it
	secretTimeout  = 5 * time.Second
	loadersAtStart = 32 // Secrets read at the same time before the first callback is accepted
)

// Apps keeps the registry of IMApps that the webhook reads, on every replica.
type Apps struct {
	Client   client.Client
	Live     client.Reader
	Registry *apps.Registry
	// Changed is told of every change of the registry.
	Changed func(apps.Key)
	// Resumed is told of an IMApp that is no longer suspended.
	Resumed func(apps.Key)

	loud  rate.Sometimes // of log lines about Secrets that cannot be read
	locks sync.Map       // *sync.Mutex by apps.Key, as many as there were IMApps
}

// Reconcile brings one IMApp into the registry and comes back to read its Secret again.
func (r *Apps) Reconcile(ctx context.Context, req reconcile.Request) (reconcile.Result, error) {
	next, err := r.refresh(ctx, req.NamespacedName)
	return reconcile.Result{RequeueAfter: next}, err
}

// refresh brings an app from the cache into the registry and returns when its Secret is to be read again. One app is
// refreshed by one goroutine at a time, so that an older spec never comes after a newer one.
func (r *Apps) refresh(ctx context.Context, name types.NamespacedName) (next time.Duration, err error) {
	key := apps.Key{Namespace: name.Namespace, Name: name.Name}
	lock, _ := r.locks.LoadOrStore(key, &sync.Mutex{})
	lock.(*sync.Mutex).Lock()
	defer lock.(*sync.Mutex).Unlock()
	app := &imv1alpha1.IMApp{}
	err = r.Client.Get(ctx, name, app, client.DisableReadYourWritesConsistency)
	if apierrors.IsNotFound(err) {
		r.Registry.Delete(key)
		r.Changed(key)
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("reading the IMApp: %w", err)
	}
	return nextRead(app, r.load(ctx, app)), nil
}

// LoadAll waits until the cache knows the IMApps, but for nothing else, brings them into the registry and marks it
// loaded: from then on an app that is not in it does not exist.
func (r *Apps) LoadAll(ctx context.Context, c cache.Cache) error {
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
	if err := r.Client.List(ctx, &list, client.DisableReadYourWritesConsistency); err != nil {
		return fmt.Errorf("listing IMApps: %w", err)
	}
	var secrets errgroup.Group
	secrets.SetLimit(loadersAtStart)
	for i := range list.Items {
		secrets.Go(func() error {
			_, err := r.refresh(ctx, client.ObjectKeyFromObject(&list.Items[i]))
			return err
		})
	}
	if err := secrets.Wait(); err != nil {
		return err
	}
	r.Registry.MarkLoaded()
	return nil
}

// deleted brings what the informer says was deleted out of the registry, unless it was made again.
func (r *Apps) deleted(ctx context.Context, object any) {
	key, err := toolscache.DeletionHandlingObjectToName(object)
	if err == nil {
		_, err = r.refresh(ctx, types.NamespacedName{Namespace: key.Namespace, Name: key.Name})
	}
	if err != nil {
		log.FromContext(ctx).Error(err, "cannot forget an IMApp that was deleted", "object", key.String())
	}
}

// load sets an app in the registry and tells whether it is ready.
func (r *Apps) load(ctx context.Context, app *imv1alpha1.IMApp) bool {
	key := apps.Key{Namespace: app.Namespace, Name: app.Name}
	old, known := r.Registry.Get(key)
	now := apps.App{Key: key, UID: string(app.UID), Generation: app.Generation, SDKAppID: app.Spec.SDKAppID, AllowUnsigned: app.Spec.Callback.AllowUnsigned, Suspended: app.Spec.Suspend}
	if ref := app.Spec.Callback.TokenSecretRef; ref != nil {
		now.Secret = ref.Name
		now.Tokens, now.Problem = r.tokens(ctx, app.Namespace, ref.Name, old)
	}
	now.Ready = now.AllowUnsigned || len(now.Tokens) > 0
	r.Registry.Set(now)
	if !known || !same(old, now) {
		r.Changed(key)
	}
	if known && old.Suspended && !now.Suspended {
		r.Resumed(key)
	}
	return now.Ready
}

// tokens reads the accepted tokens. When the API server does not answer, those known before stay.
func (r *Apps) tokens(ctx context.Context, namespace, name string, old apps.App) ([][]byte, apps.Problem) {
	ctx, cancel := context.WithTimeout(ctx, secretTimeout)
	defer cancel()
	var secret corev1.Secret
	err := r.Live.Get(ctx, types.NamespacedName{Namespace: namespace, Name: name}, &secret)
	switch {
	case apierrors.IsNotFound(err):
		return nil, apps.Problem{Reason: imv1alpha1.ReasonSecretNotFound, Message: fmt.Sprintf("Secret %q of spec.callback.tokenSecretRef does not exist", name)}
	case err != nil && old.Secret == name && len(old.Tokens) > 0:
		if errors.Is(err, context.Canceled) { // the process ends
			return old.Tokens, apps.Problem{}
		}
		r.loud.Do(func() {
			log.FromContext(ctx).Info("cannot read the token's Secret; the tokens known before stay", "secret", name, "reason", apierrors.ReasonForError(err))
		})
		return old.Tokens, apps.Problem{}
	case err != nil:
		return nil, apps.Problem{Reason: imv1alpha1.ReasonSecretUnreadable, Message: fmt.Sprintf("Secret %q of spec.callback.tokenSecretRef cannot be read: %s", name, apierrors.ReasonForError(err))}
	}
	token := trimToken(secret.Data[tokenKey])
	if len(token) == 0 {
		return nil, apps.Problem{Reason: imv1alpha1.ReasonTokenMissing, Message: fmt.Sprintf("Secret %q of spec.callback.tokenSecretRef has no key %q, or it is empty", name, tokenKey)}
	}
	tokens := [][]byte{token}
	if previous := trimToken(secret.Data[previousTokenKey]); len(previous) > 0 {
		tokens = append(tokens, previous)
	}
	return tokens, apps.Problem{}
}

// trimToken drops the newline that ends a file from which a Secret was made. The console's tokens have none.
func trimToken(b []byte) []byte { return bytes.TrimRight(b, "\r\n") }

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
		a.Ready == b.Ready && a.Secret == b.Secret && a.Problem == b.Problem
}
