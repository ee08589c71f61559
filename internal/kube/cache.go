// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package kube is how the controllers reach Kubernetes: the kinds, what the cache holds and how it comes back after an
// outage, what an error of the API server means, and how a key of a Secret is read.
package kube

import (
	"context"

	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/apps"
	"github.com/imgroup-operator/imgroup-operator/internal/groupcache"
)

// GroupIndex finds the IMGroups of a group that have another name than the operator gives: those that somebody declared.
// All others are found by their name, and groupcache keeps them out of the index.
const GroupIndex = "group"

// GroupIndexKey is where it finds a group.
func GroupIndexKey(app, groupID string) string { return app + "/" + groupID }

// CacheOptions are of the namespaces that are served. Of several one that may not be listed is told of in refused, and does
// not keep the others waiting.
func CacheOptions(namespaces []string, refused *Refused) cache.Options {
	if len(namespaces) < 2 {
		refused = nil
	}
	o := cache.Options{NewInformer: informers{refused}.make, DefaultTransform: cache.TransformStripManagedFields()}
	for _, ns := range namespaces {
		if o.DefaultNamespaces == nil {
			o.DefaultNamespaces = map[string]cache.Config{}
		}
		o.DefaultNamespaces[ns] = cache.Config{}
	}
	return o
}

// AddGroupIndex tells the cache how declared IMGroups are looked up.
func AddGroupIndex(ctx context.Context, indexer client.FieldIndexer) error {
	return indexer.IndexField(ctx, &imv1alpha1.IMGroup{}, GroupIndex, func(o client.Object) []string {
		g := o.(*imv1alpha1.IMGroup)
		return []string{GroupIndexKey(g.Spec.AppRef.Name, g.Spec.GroupID)}
	})
}

// EachGroup calls f with every IMGroup of an app in the cache, which is the reader.
func EachGroup(ctx context.Context, reader client.Reader, app apps.Key, f func(*imv1alpha1.IMGroup)) error {
	return groupcache.Each(ctx, reader, app.Namespace, func(g *imv1alpha1.IMGroup) {
		if g.Spec.AppRef.Name == app.Name {
			f(g)
		}
	})
}
