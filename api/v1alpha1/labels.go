// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

// Labels and annotations.
const (
	// LabelApp is the label of an IMGroup that the operator created; its value is the name of the IMApp.
	LabelApp = "im.imgroup.dev/app"

	// LabelManagedBy is the well-known label of the IMGroups that the operator created.
	LabelManagedBy = "app.kubernetes.io/managed-by"

	// ManagedByValue is the value of LabelManagedBy on IMGroups that the operator created.
	ManagedByValue = "imgroup-operator"

	// AnnotationResyncRequestedAt on an IMApp requests a resync. Any value that differs from
	// status.resync.lastHandledRequest is a new request; the current time is customary. Values over
	// MaxResyncRequestLength characters are cut to it before they are compared. On an IMGroup each new value requests the
	// state of its group alone.
	AnnotationResyncRequestedAt = "im.imgroup.dev/resync-requested-at"

	// MaxResyncRequestLength is how many characters of AnnotationResyncRequestedAt count.
	MaxResyncRequestLength = 256
)
