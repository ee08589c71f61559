// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"net/http"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

// indexGroup finds the IMGroups of a group that have another name than the operator gives: those that somebody declared.
// All others are found by their name, and take no room in an index.
const indexGroup = "group"

func groupIndexKey(app, groupID string) string { return app + "/" + groupID }

// Scheme knows the kinds that the operator touches.
func Scheme() *runtime.Scheme {
	s := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{imv1alpha1.AddToScheme, corev1.AddToScheme} {
		if err := add(s); err != nil {
			panic(err) // a fault of the types themselves: no input can cause it
		}
	}
	return s
}

// Mapper maps the few kinds that the operator touches without asking the API server, so that the operator starts
// while the API server is away.
func Mapper(*rest.Config, *http.Client) (meta.RESTMapper, error) {
	m := meta.NewDefaultRESTMapper([]schema.GroupVersion{imv1alpha1.GroupVersion, corev1.SchemeGroupVersion})
	// A cache of several namespaces asks for the scope of the lists, too.
	for _, kind := range []string{"IMApp", "IMAppList", "IMGroup", "IMGroupList"} {
		m.Add(imv1alpha1.GroupVersion.WithKind(kind), meta.RESTScopeNamespace)
	}
	m.Add(corev1.SchemeGroupVersion.WithKind("Secret"), meta.RESTScopeNamespace)
	return m, nil
}

// CacheOptions keep in memory what the merge needs and no more.
func CacheOptions(namespaces []string) cache.Options {
	o := cache.Options{
		NewInformer:      newInformer,
		DefaultTransform: cache.TransformStripManagedFields(),
		ByObject:         map[client.Object]cache.ByObject{&imv1alpha1.IMGroup{}: {Transform: strip}},
	}
	for _, ns := range namespaces {
		if o.DefaultNamespaces == nil {
			o.DefaultNamespaces = map[string]cache.Config{}
		}
		o.DefaultNamespaces[ns] = cache.Config{}
	}
	return o
}

// addIndex tells the cache how declared IMGroups are looked up.
func addIndex(ctx context.Context, indexer client.FieldIndexer) error {
	return indexer.IndexField(ctx, &imv1alpha1.IMGroup{}, indexGroup, func(o client.Object) []string {
		g := o.(*imv1alpha1.IMGroup)
		if app, id := g.Spec.AppRef.Name, g.Spec.GroupID; g.Name != imgroupName(app, id) {
			return []string{groupIndexKey(app, id)}
		}
		return nil
	})
}
