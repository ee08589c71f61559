// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package groupstatus

import (
	"slices"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

// unused stands in the cache for managedFields that nobody uses: the API server keeps them for objects to which server-side
// apply comes, and there is none.
var unused = []metav1.ManagedFieldsEntry{{Operation: metav1.ManagedFieldsOperationUpdate}}

// UnusedManagedFields are what stands in the cache for those.
func UnusedManagedFields() []metav1.ManagedFieldsEntry { return unused }

func unusedOf(all []metav1.ManagedFieldsEntry) []metav1.ManagedFieldsEntry {
	applied := func(m metav1.ManagedFieldsEntry) bool { return m.Operation == metav1.ManagedFieldsOperationApply }
	if len(all) == 0 || slices.ContainsFunc(all, applied) {
		return nil
	}
	return unused
}

// HasUnusedManagedFields reports whether an IMGroup that the operator created, and whose first status is written, has
// managedFields that nobody uses.
func HasUnusedManagedFields(g *imv1alpha1.IMGroup) bool {
	return unusedOf(g.ManagedFields) != nil && g.Status.ObservedGeneration == g.Generation && g.DeletionTimestamp.IsZero() && IsOurs(g)
}
