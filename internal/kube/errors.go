// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package kube

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// IsNamespaceGone reports whether a namespace is terminating or gone.
func IsNamespaceGone(err error) bool {
	return apierrors.HasStatusCause(err, corev1.NamespaceTerminatingCause) || namespaceNotFound(err)
}

// IsPermanent reports whether the same write can never succeed: the schema refuses the object, or it is too large. What an
// admission policy or a webhook denies is not, whatever its code, for these come and go; nor is what cannot be told from it.
func IsPermanent(err error) bool {
	var answer apierrors.APIStatus
	if !errors.As(err, &answer) || strings.HasPrefix(answer.Status().Message, "admission webhook ") {
		return false
	}
	return isRefusedBySchema(answer.Status()) || isTooLarge(answer.Status())
}

// isRefusedBySchema reports whether each cause names a field and what is wrong with it, as only validation does.
func isRefusedBySchema(s metav1.Status) bool {
	if s.Reason != metav1.StatusReasonInvalid || s.Details == nil {
		return false
	}
	for _, cause := range s.Details.Causes {
		if cause.Field == "" || !strings.HasPrefix(string(cause.Type), "FieldValue") {
			return false
		}
	}
	return len(s.Details.Causes) > 0
}

// isTooLarge reports whether an object is larger than the API server or etcd takes. What etcd and its client say is handed on
// as a plain 500.
func isTooLarge(s metav1.Status) bool {
	if s.Reason == metav1.StatusReasonRequestEntityTooLarge {
		return strings.HasPrefix(s.Message, "Request entity too large")
	}
	return s.Code >= http.StatusInternalServerError &&
		(strings.Contains(s.Message, "etcdserver: request is too large") || strings.Contains(s.Message, "trying to send message larger than max"))
}

// namespaceNotFound tells a create in a namespace that is gone from an object that is gone.
func namespaceNotFound(err error) bool {
	var status apierrors.APIStatus
	if !apierrors.IsNotFound(err) || !errors.As(err, &status) {
		return false
	}
	d := status.Status().Details
	return d != nil && d.Kind == "namespaces"
}

// IsOutage tells an API server that is away, or has too much to do, from one that refuses this write alone: only after
// the former does the success of one write promise that others succeed.
func IsOutage(err error) bool {
	var answer apierrors.APIStatus
	if errors.As(err, &answer) {
		code := answer.Status().Code
		return code >= http.StatusInternalServerError || code == http.StatusTooManyRequests
	}
	var request *url.Error
	return errors.As(err, &request) || errors.Is(err, context.DeadlineExceeded)
}

// MeetsAll tells an outage that every write meets from one that may be this write's alone: a webhook that is broken is a
// 500, and one that refuses chooses its own code.
func MeetsAll(err error) bool {
	var answer apierrors.APIStatus
	if !errors.As(err, &answer) {
		return IsOutage(err)
	}
	everybody := apierrors.IsServiceUnavailable(err) || apierrors.IsServerTimeout(err) || apierrors.IsTooManyRequests(err)
	return everybody && !strings.Contains(answer.Status().Message, "admission webhook")
}
