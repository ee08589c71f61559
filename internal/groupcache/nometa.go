// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

//nolint:revive // the methods do what metav1.Object says of them
package groupcache

import (
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
)

// noMeta is the metadata that nobody asks an object of the cache for. It takes no room, and setting it does nothing: what
// the cache holds never changes.
type noMeta struct{}

func (noMeta) GetGenerateName() string                       { return "" }
func (noMeta) GetUID() types.UID                             { return "" }
func (noMeta) GetGeneration() int64                          { return 0 }
func (noMeta) GetSelfLink() string                           { return "" }
func (noMeta) GetCreationTimestamp() metav1.Time             { return metav1.Time{} }
func (noMeta) GetDeletionTimestamp() *metav1.Time            { return nil }
func (noMeta) GetDeletionGracePeriodSeconds() *int64         { return nil }
func (noMeta) GetLabels() map[string]string                  { return nil }
func (noMeta) GetFinalizers() []string                       { return nil }
func (noMeta) GetOwnerReferences() []metav1.OwnerReference   { return nil }
func (noMeta) GetManagedFields() []metav1.ManagedFieldsEntry { return nil }

func (noMeta) SetNamespace(string)                          {}
func (noMeta) SetName(string)                               {}
func (noMeta) SetGenerateName(string)                       {}
func (noMeta) SetUID(types.UID)                             {}
func (noMeta) SetGeneration(int64)                          {}
func (noMeta) SetSelfLink(string)                           {}
func (noMeta) SetCreationTimestamp(metav1.Time)             {}
func (noMeta) SetDeletionTimestamp(*metav1.Time)            {}
func (noMeta) SetDeletionGracePeriodSeconds(*int64)         {}
func (noMeta) SetLabels(map[string]string)                  {}
func (noMeta) SetFinalizers([]string)                       {}
func (noMeta) SetOwnerReferences([]metav1.OwnerReference)   {}
func (noMeta) SetManagedFields([]metav1.ManagedFieldsEntry) {}
