// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package conditions makes and sets the conditions of a status.
package conditions

import (
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// New makes a condition.
func New(kind string, status metav1.ConditionStatus, reason, message string) metav1.Condition {
	return metav1.Condition{Type: kind, Status: status, Reason: reason, Message: message}
}

// Set adds or replaces a condition as of a generation. Its time moves only with its status.
func Set(all *[]metav1.Condition, generation int64, c metav1.Condition) {
	c.ObservedGeneration = generation
	meta.SetStatusCondition(all, c)
}

// SetWhile maintains a condition that is present only while it is true: while it applies and has a message.
func SetWhile(applies bool, all *[]metav1.Condition, generation int64, kind, reason, message string) {
	if !applies || message == "" {
		meta.RemoveStatusCondition(all, kind)
		return
	}
	Set(all, generation, New(kind, metav1.ConditionTrue, reason, message))
}

// Message returns the message of a condition; empty if there is no such condition.
func Message(all []metav1.Condition, kind string) string {
	if c := meta.FindStatusCondition(all, kind); c != nil {
		return c.Message
	}
	return ""
}

// Reason returns the reason of a condition; empty if there is no such condition.
func Reason(all []metav1.Condition, kind string) string {
	if c := meta.FindStatusCondition(all, kind); c != nil {
		return c.Reason
	}
	return ""
}
