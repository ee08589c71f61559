// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"

	"github.com/imgroup-operator/imgroup-operator/internal/metrics"
)

// dropped ends the way of pending events that will not be written: counted under a reason, and set aside in a file
// when somebody must look at them. Any other error of a write means that it may succeed later.
type dropped struct {
	reason   string // a value of metrics' drop reasons
	setAside bool
	cause    error // what the API server said, if anything
}

func (d *dropped) Error() string { return fmt.Sprintf("dropped (%s): %v", d.reason, d.cause) }
func (d *dropped) Unwrap() error { return d.cause }

// refusal tells what an error of a write means: nil stays nil, an error that may heal stays as it is, and one that
// cannot becomes a *dropped.
func refusal(err error) error {
	switch {
	case err == nil:
		return nil
	case apierrors.HasStatusCause(err, corev1.NamespaceTerminatingCause), namespaceNotFound(err):
		return &dropped{reason: metrics.DropNamespaceGone, cause: err}
	case apierrors.IsInvalid(err), apierrors.IsBadRequest(err), isTooLarge(err):
		return &dropped{reason: metrics.DropRejected, setAside: true, cause: err}
	}
	return err
}

// isTooLarge tells that etcd takes no object of this size. The API server hands on what etcd and its client say, as a
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

// isOutage tells an API server that is away, or has too much to do, from one that refuses this write alone: only after
// the former does the success of one write promise that others succeed.
func isOutage(err error) bool {
	var answer apierrors.APIStatus
	if errors.As(err, &answer) {
		code := answer.Status().Code
		return code >= http.StatusInternalServerError || code == http.StatusTooManyRequests
	}
	var request *url.Error
	return errors.As(err, &request) || errors.Is(err, context.DeadlineExceeded)
}

// meetsAll tells an outage that every write meets from one that may be this write's alone: a webhook that is broken is a
// 500, and one that refuses chooses its own code.
func meetsAll(err error) bool {
	var answer apierrors.APIStatus
	if !errors.As(err, &answer) {
		return isOutage(err)
	}
	everybody := apierrors.IsServiceUnavailable(err) || apierrors.IsServerTimeout(err) || apierrors.IsTooManyRequests(err)
	return everybody && !strings.Contains(answer.Status().Message, "admission webhook")
}
