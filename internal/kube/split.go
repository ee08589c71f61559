// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package kube

import (
	"context"

	"golang.org/x/sync/errgroup"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

// NewCache makes a cache that is ready when it knows everything but the IMGroups: to list 100,000 takes half a minute, in which
// the controllers of IMApps have work. Who watches IMGroups waits for them.
func NewCache(config *rest.Config, o cache.Options) (cache.Cache, error) {
	others, err := cache.New(config, o)
	if err != nil {
		return nil, err
	}
	groups, err := cache.New(config, o)
	if err != nil {
		return nil, err
	}
	return &splitCache{Cache: others, groups: groups}, nil
}

type splitCache struct {
	cache.Cache
	groups cache.Cache
}

func (c *splitCache) of(object any) cache.Cache {
	switch object.(type) {
	case *imv1alpha1.IMGroup, *imv1alpha1.IMGroupList:
		return c.groups
	}
	return c.Cache
}

// Start runs until the context ends.
func (c *splitCache) Start(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return c.Cache.Start(ctx) })
	group.Go(func() error { return c.groups.Start(ctx) })
	return group.Wait()
}

// Get reads an object.
func (c *splitCache) Get(ctx context.Context, key client.ObjectKey, object client.Object, o ...client.GetOption) error {
	return c.of(object).Get(ctx, key, object, o...)
}

// List reads objects.
func (c *splitCache) List(ctx context.Context, list client.ObjectList, o ...client.ListOption) error {
	return c.of(list).List(ctx, list, o...)
}

// GetInformer returns the informer of a kind.
func (c *splitCache) GetInformer(ctx context.Context, object client.Object, o ...cache.InformerGetOption) (cache.Informer, error) {
	return c.of(object).GetInformer(ctx, object, o...)
}

// GetInformerForKind does so by the name of the kind.
func (c *splitCache) GetInformerForKind(ctx context.Context, kind schema.GroupVersionKind, o ...cache.InformerGetOption) (cache.Informer, error) {
	if kind == imv1alpha1.GroupVersion.WithKind("IMGroup") {
		return c.groups.GetInformerForKind(ctx, kind, o...)
	}
	return c.Cache.GetInformerForKind(ctx, kind, o...)
}

// RemoveInformer ends the informer of a kind.
func (c *splitCache) RemoveInformer(ctx context.Context, object client.Object) error {
	return c.of(object).RemoveInformer(ctx, object)
}

// IndexField makes objects known by a field.
func (c *splitCache) IndexField(ctx context.Context, object client.Object, field string, f client.IndexerFunc) error {
	return c.of(object).IndexField(ctx, object, field, f)
}
