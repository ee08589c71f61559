// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package group

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/apps"
	"github.com/imgroup-operator/imgroup-operator/internal/event"
	"github.com/imgroup-operator/imgroup-operator/internal/groupstatus"
	"github.com/imgroup-operator/imgroup-operator/internal/kube"
)

// cachePatience is how long a read waits for the cache to show this replica's own last write. After an outage the watch may
// take longer than that to come back.
const cachePatience = 500 * time.Millisecond

// reader reads what a decision depends on.
type reader struct {
	cache   client.Reader // sees the replica's own writes
	api     client.Reader // the API server
	breaker *breaker

	mu        *sync.Mutex
	confirmed map[apps.Key]uint64 // by how many outages had ended when the cache was last found to know the IMApp
}

func newReader(cache, api client.Reader, b *breaker) reader {
	return reader{cache: cache, api: api, breaker: b, mu: &sync.Mutex{}, confirmed: map[apps.Key]uint64{}}
}

// cached reads what the cache knows of a group: its IMApp, the IMGroups of the index, and the one of the operator's own name,
// which the index may not show yet when it was created a moment ago.
func (r reader) cached(ctx context.Context, key event.Key) (k known, err error) {
	if k.app, err = r.currentApp(ctx, key); err != nil {
		return k, err
	}
	var list imv1alpha1.IMGroupList
	err = r.cache.List(ctx, &list, client.InNamespace(key.Namespace), client.DisableReadYourWritesConsistency,
		client.MatchingFields{kube.GroupIndex: kube.GroupIndexKey(key.App, key.GroupID)})
	if err != nil {
		return k, fmt.Errorf("looking up IMGroups: %w", err)
	}
	names := map[string]bool{groupstatus.Name(key.App, key.GroupID): true}
	for i := range list.Items {
		names[list.Items[i].Name] = true
	}
	for name := range names {
		group, err := r.group(ctx, types.NamespacedName{Namespace: key.Namespace, Name: name})
		if client.IgnoreNotFound(err) != nil {
			return k, fmt.Errorf("reading IMGroup %s: %w", name, err)
		}
		if err == nil && isOf(group, key) {
			k.groups = append(k.groups, *group)
		}
	}
	return k, nil
}

// live reads the same from the API server.
func (r reader) live(ctx context.Context, key event.Key) (k known, err error) {
	if k.app, err = r.app(ctx, r.api, key); err != nil {
		return k, err
	}
	var list imv1alpha1.IMGroupList
	err = r.api.List(ctx, &list, client.InNamespace(key.Namespace),
		client.MatchingFields{"spec.groupID": key.GroupID, "spec.appRef.name": key.App})
	if err != nil {
		return k, fmt.Errorf("listing the IMGroups of a group: %w", err)
	}
	for i := range list.Items {
		groupstatus.CompactUntracked(&list.Items[i])
		if isOf(&list.Items[i], key) {
			k.groups = append(k.groups, list.Items[i])
		}
	}
	return k, nil
}

// currentApp returns the IMApp of a group as the cache has it. After an outage the cache may still have what was deleted
// meanwhile, and the garbage collector would take what is written for it: then the API server's IMApp counts until both are
// found to be the same.
func (r reader) currentApp(ctx context.Context, key event.Key) (*imv1alpha1.IMApp, error) {
	cached, err := r.app(ctx, r.cache, key, client.DisableReadYourWritesConsistency)
	outages := r.breaker.ended()
	if err != nil || r.isConfirmed(key, outages) {
		return cached, err
	}
	live, err := r.app(ctx, r.api, key)
	if err == nil && isSame(cached, live) {
		r.mu.Lock()
		r.confirmed[appOf(key)] = outages
		r.mu.Unlock()
	}
	return live, err
}

func (r reader) isConfirmed(key event.Key, outages uint64) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.confirmed[appOf(key)] == outages
}

func isSame(a, b *imv1alpha1.IMApp) bool {
	if a == nil || b == nil {
		return a == b
	}
	return a.UID == b.UID && a.Generation == b.Generation
}

// app returns the IMApp of a group, or nil when there is none.
func (r reader) app(ctx context.Context, from client.Reader, key event.Key, o ...client.GetOption) (*imv1alpha1.IMApp, error) {
	app := &imv1alpha1.IMApp{}
	err := from.Get(ctx, types.NamespacedName{Namespace: key.Namespace, Name: key.App}, app, o...)
	if apierrors.IsNotFound(err) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading the IMApp: %w", err)
	}
	return app, nil
}

// group reads an IMGroup from the cache once that shows this replica's own last write, else from the API server, and then
// as the cache would hold it.
func (r reader) group(ctx context.Context, name types.NamespacedName) (*imv1alpha1.IMGroup, error) {
	group := &imv1alpha1.IMGroup{}
	patience, cancel := context.WithTimeout(ctx, cachePatience)
	defer cancel()
	if err := r.cache.Get(patience, name, group); !errors.Is(err, context.DeadlineExceeded) {
		return group, err
	}
	group = &imv1alpha1.IMGroup{}
	err := r.api.Get(ctx, name, group)
	groupstatus.CompactUntracked(group)
	return group, err
}

func isOf(g *imv1alpha1.IMGroup, key event.Key) bool {
	return g.Spec.AppRef.Name == key.App && g.Spec.GroupID == key.GroupID && g.DeletionTimestamp.IsZero()
}
