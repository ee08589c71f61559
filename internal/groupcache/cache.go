// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package groupcache

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

var kind = imv1alpha1.GroupVersion.WithKind("IMGroup")

// New makes a cache of everything. It is ready when it knows everything but the IMGroups: to list 100,000 takes some seconds,
// in which the controllers of IMApps have work. Who watches IMGroups waits for them. tracked says that IMGroups show whether they
// have managedFields that nobody uses.
func New(tracked bool) cache.NewCacheFunc {
	return func(config *rest.Config, o cache.Options) (cache.Cache, error) {
		others, err := cache.New(config, o)
		if err != nil {
			return nil, err
		}
		o.Scheme, o.DefaultTransform = scheme(), nil
		if !tracked {
			o.DefaultTransform = untracked
		}
		stream(&o)
		groups, err := cache.New(config, o)
		if err != nil {
			return nil, err
		}
		return &split{Cache: others, groups: groups}, nil
	}
}

func untracked(object any) (any, error) {
	if g, is := object.(*Group); is {
		g.unusedFields = false
	}
	return object, nil
}

// scheme has the cache decode IMGroups into Groups.
func scheme() *runtime.Scheme {
	s := runtime.NewScheme()
	s.AddKnownTypeWithName(kind, &Group{})
	s.AddKnownTypeWithName(imv1alpha1.GroupVersion.WithKind("IMGroupList"), &list{})
	metav1.AddToGroupVersion(s, imv1alpha1.GroupVersion)
	return s
}

type split struct {
	cache.Cache
	groups cache.Cache
}

// Start runs until the context ends.
func (c *split) Start(ctx context.Context) error {
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return c.Cache.Start(ctx) })
	group.Go(func() error { return c.groups.Start(ctx) })
	return group.Wait()
}

// Get reads an object.
func (c *split) Get(ctx context.Context, key client.ObjectKey, object client.Object, o ...client.GetOption) error {
	group, is := object.(*imv1alpha1.IMGroup)
	if !is {
		return c.Cache.Get(ctx, key, object, o...)
	}
	var packed Group
	err := c.groups.Get(ctx, key, &packed, o...)
	if err == nil {
		*group = *packed.Unpack()
	}
	return err
}

// List reads objects. All IMGroups of a namespace take much memory at once: see Each.
func (c *split) List(ctx context.Context, objects client.ObjectList, o ...client.ListOption) error {
	groups, is := objects.(*imv1alpha1.IMGroupList)
	if !is {
		return c.Cache.List(ctx, objects, o...)
	}
	var packed list
	err := c.groups.List(ctx, &packed, o...)
	groups.Items = nil
	for i := range packed.Items {
		groups.Items = append(groups.Items, *packed.Items[i].Unpack())
	}
	return err
}

func (c *split) each(ctx context.Context, namespace string, f func(*imv1alpha1.IMGroup)) error {
	var packed list
	err := c.groups.List(ctx, &packed, client.InNamespace(namespace), client.UnsafeDisableDeepCopy)
	for i := range packed.Items {
		f(packed.Items[i].Unpack())
	}
	return err
}

// GetInformer returns the informer of a kind. That of IMGroups has Groups.
func (c *split) GetInformer(ctx context.Context, object client.Object, o ...cache.InformerGetOption) (cache.Informer, error) {
	if isGroup(object) {
		return c.groups.GetInformer(ctx, &Group{}, o...)
	}
	return c.Cache.GetInformer(ctx, object, o...)
}

// GetInformerForKind does so by the name of the kind.
func (c *split) GetInformerForKind(ctx context.Context, k schema.GroupVersionKind, o ...cache.InformerGetOption) (cache.Informer, error) {
	if k == kind {
		return c.groups.GetInformerForKind(ctx, k, o...)
	}
	return c.Cache.GetInformerForKind(ctx, k, o...)
}

// RemoveInformer ends the informer of a kind.
func (c *split) RemoveInformer(ctx context.Context, object client.Object) error {
	if isGroup(object) {
		return c.groups.RemoveInformer(ctx, &Group{})
	}
	return c.Cache.RemoveInformer(ctx, object)
}

// IndexField makes objects known by a field. IMGroups with the name that the operator gives are in no index, since they are
// found by their name: to unpack each of them for it would cost more than to receive them.
func (c *split) IndexField(ctx context.Context, object client.Object, field string, f client.IndexerFunc) error {
	if isGroup(object) {
		return c.groups.IndexField(ctx, &Group{}, field, func(o client.Object) []string {
			if g := o.(*Group); g.named {
				return f(g.Unpack())
			}
			return nil
		})
	}
	return c.Cache.IndexField(ctx, object, field, f)
}

func isGroup(object client.Object) bool {
	switch object.(type) {
	case *imv1alpha1.IMGroup, *Group:
		return true
	}
	return false
}

// Each calls f with every IMGroup of a namespace, one at a time. The reader is the cache itself; others list them all.
func Each(ctx context.Context, reader client.Reader, namespace string, f func(*imv1alpha1.IMGroup)) error {
	if c, is := reader.(*split); is {
		return c.each(ctx, namespace, f)
	}
	var all imv1alpha1.IMGroupList
	if err := reader.List(ctx, &all, client.InNamespace(namespace)); err != nil {
		return fmt.Errorf("listing IMGroups: %w", err)
	}
	for i := range all.Items {
		f(&all.Items[i])
	}
	return nil
}
