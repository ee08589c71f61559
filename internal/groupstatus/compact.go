// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package groupstatus

import (
	"strings"
	"sync"
	"unique"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

// Compact makes an IMGroup small before the cache keeps it: it is the cache's transform. Such an object must never be the base of a full update.
func Compact(obj any) (any, error) {
	g, ok := obj.(*imv1alpha1.IMGroup)
	if !ok {
		return obj, nil
	}
	g.ManagedFields, g.Annotations = unusedOf(g.ManagedFields), requestOf(g.Annotations)
	s := &g.Status
	digestTexts(s)
	share(&g.Kind, &g.APIVersion, &g.Namespace, &g.Spec.AppRef.Name)
	// Decoding leaves room for more in every list.
	s.Conditions, g.OwnerReferences = exact(s.Conditions), exact(g.OwnerReferences)
	s.FieldTimes, s.CustomFields = sharedKeys(s.FieldTimes), sharedKeys(s.CustomFields)
	shareAll(s.Conditions, func(c *metav1.Condition) {
		share((*string)(&c.Status), &c.Type, &c.Reason, &c.Message)
	})
	shareAll(g.OwnerReferences, func(o *metav1.OwnerReference) {
		share((*string)(&o.UID), &o.APIVersion, &o.Kind, &o.Name)
	})
	if c := s.LastChange; c != nil {
		share((*string)(&c.Source), &c.Command, &c.Platform)
		shareAll(c.Fields, func(f *string) { share(f) })
	}
	shareLabels(g)
	return g, nil
}

// CompactUntracked is Compact without a trace of managedFields.
func CompactUntracked(obj any) (any, error) {
	if g, ok := obj.(*imv1alpha1.IMGroup); ok {
		g.ManagedFields = nil
	}
	return Compact(obj)
}

// requestOf keeps the annotation that asks for a resync.
func requestOf(annotations map[string]string) map[string]string {
	if request := annotations[imv1alpha1.AnnotationResyncRequestedAt]; request != "" {
		request = strings.Clone(request[:min(len(request), imv1alpha1.MaxResyncRequestLength)])
		return map[string]string{imv1alpha1.AnnotationResyncRequestedAt: request}
	}
	return nil
}

// share replaces strings by the one copy of each that all objects share: of the texts that the operator writes there
// are few, in every object.
func share(texts ...*string) {
	for _, s := range texts {
		*s = unique.Make(*s).Value()
	}
}

func shareAll[T any](items []T, share func(*T)) {
	for i := range items {
		share(&items[i])
	}
}

func sharedKeys[V any](m map[string]V) map[string]V {
	if m == nil {
		return nil
	}
	out := make(map[string]V, len(m))
	for key, value := range m {
		share(&key)
		out[key] = value
	}
	return out
}

func exact[T any](items []T) []T {
	if len(items) == cap(items) {
		return items
	}
	return append(make([]T, 0, len(items)), items...)
}

// createdLabels holds the labels of created IMGroups by app: as many maps as there are apps. They are never changed,
// since who changes an object of the cache changes a copy.
var createdLabels sync.Map

func shareLabels(g *imv1alpha1.IMGroup) {
	if len(g.Labels) == 2 && IsCreated(g) {
		labels, _ := createdLabels.LoadOrStore(g.Spec.AppRef.Name, g.Labels)
		g.Labels = labels.(map[string]string)
	}
}
