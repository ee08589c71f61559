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
	"github.com/imgroup-operator/imgroup-operator/internal/groupstatus"
)

// GroupIndex finds the IMGroups of a group that have another name than the operator gives: those that somebody declared.
// All others are found by their name, and take no room in an index.
const GroupIndex = "group"

// GroupIndexKey is where it finds a group.
func GroupIndexKey(app, groupID string) string { return app + "/" + groupID }

// CacheOptions keep in memory what the merge needs and no more. Of several namespaces one that may not be listed is told of
// in refused, and does not keep the others waiting. tracked says that the cache shows which IMGroups have managedFields that
// nobody uses.
func CacheOptions(namespaces []string, refused *Refused, tracked bool) cache.Options {
	if len(namespaces) < 2 {
		refused = nil
	}
	transform := groupstatus.Compact
	if !tracked {
		transform = groupstatus.CompactUntracked
	}
	o := cache.Options{
		NewInformer:      informers{refused}.make,
		DefaultTransform: cache.TransformStripManagedFields(),
		ByObject:         map[client.Object]cache.ByObject{&imv1alpha1.IMGroup{}: {Transform: transform}},
	}
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
		if app, id := g.Spec.AppRef.Name, g.Spec.GroupID; g.Name != groupstatus.Name(app, id) {
			return []string{GroupIndexKey(app, id)}
		}
		return nil
	})
}

// EachGroup calls f with every IMGroup of an app in the cache, which f must not change.
func EachGroup(ctx context.Context, reader client.Reader, app apps.Key, f func(*imv1alpha1.IMGroup)) error {
	var list imv1alpha1.IMGroupList
	err := reader.List(ctx, &list, client.InNamespace(app.Namespace), client.UnsafeDisableDeepCopy, client.DisableReadYourWritesConsistency)
	for i := range list.Items {
		if g := &list.Items[i]; g.Spec.AppRef.Name == app.Name {
			f(g)
		}
	}
	return err
}
