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
)

// IsNamespaceGone reports whether a namespace is terminating or gone.
func IsNamespaceGone(err error) bool {
	return apierrors.HasStatusCause(err, corev1.NamespaceTerminatingCause) || namespaceNotFound(err)
}

// IsPermanent reports whether the same write can never succeed: the object is invalid, malformed or too large.
func IsPermanent(err error) bool {
	return apierrors.IsInvalid(err) || apierrors.IsBadRequest(err) || isTooLarge(err)
}

// isTooLarge reports whether an object is larger than etcd takes. The API server hands on what etcd and its client say, as a
// plain 500.
func isTooLarge(err error) bool {
	var status apierrors.APIStatus
	if !errors.As(err, &status) {
		return false
	}
	said := status.Status().Message
	return apierrors.IsRequestEntityTooLargeError(err) ||
		strings.Contains(said, "etcdserver: request is too large") || strings.Contains(said, "trying to send message larger than max")
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
