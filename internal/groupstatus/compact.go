// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package groupstatus

import (
	"strings"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

// Compact takes off an IMGroup what a decision does not need: the cache has it like this. Such an object must never be the
// base of a full update.
func Compact(g *imv1alpha1.IMGroup) {
	g.ManagedFields, g.Annotations, g.Finalizers = unusedOf(g.ManagedFields), requestOf(g.Annotations), nil
	digestTexts(&g.Status)
}

// CompactUntracked is Compact without a trace of managedFields.
func CompactUntracked(g *imv1alpha1.IMGroup) {
	g.ManagedFields = nil
	Compact(g)
}

// requestOf keeps the annotation that asks for a resync.
func requestOf(annotations map[string]string) map[string]string {
	if request := annotations[imv1alpha1.AnnotationResyncRequestedAt]; request != "" {
		request = strings.Clone(request[:min(len(request), imv1alpha1.MaxResyncRequestLength)])
		return map[string]string{imv1alpha1.AnnotationResyncRequestedAt: request}
	}
	return nil
}
