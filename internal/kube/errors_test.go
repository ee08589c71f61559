// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package kube

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

func TestAnOutageIsToldFromARefusal(t *testing.T) {
	groups := schema.GroupResource{Resource: "imgroups"}
	for _, c := range []struct {
		why         string
		err         error
		outage, all bool
	}{
		{"no connection", &url.Error{Op: "Patch", Err: errors.New("connection refused")}, true, true},
		{"no answer in time", context.DeadlineExceeded, true, true},
		{"server error", apierrors.NewInternalError(errors.New("etcd")), true, false},
		{"server timeout", apierrors.NewServerTimeout(groups, "patch", 1), true, true},
		{"too many requests", apierrors.NewTooManyRequests("busy", 1), true, true},
		{"unavailable", apierrors.NewServiceUnavailable("starting"), true, true},
		{"a webhook that says unavailable", apierrors.NewServiceUnavailable(`admission webhook "w.example.com" denied the request: later`), true, false},
		{"quota exceeded", apierrors.NewForbidden(groups, "g", errors.New("exceeded quota")), false, false},
		{"no right", apierrors.NewForbidden(groups, "g", errors.New("RBAC")), false, false},
		{"an object that is being deleted", errors.New("is being deleted"), false, false},
	} {
		t.Run(c.why, func(t *testing.T) {
			err := fmt.Errorf("writing: %w", c.err)
			if outage, all := IsOutage(err), MeetsAll(err); outage != c.outage || all != c.all {
				t.Errorf("an outage %t, that every write meets %t; want %t and %t", outage, all, c.outage, c.all)
			}
		})
	}
}

// For good is what the schema refuses or what is too large, and nothing that somebody may change his mind about.
func TestWhatNeverSucceedsIsToldFromADenial(t *testing.T) {
	groups := schema.GroupResource{Group: "im.imgroup.dev", Resource: "imgroups"}
	invalid := func(message string, causes ...metav1.StatusCause) error {
		err := apierrors.NewInvalid(schema.GroupKind{Kind: "IMGroup"}, "g", nil)
		err.ErrStatus.Details.Causes = causes
		if message != "" {
			err.ErrStatus.Message = message
		}
		return err
	}
	long := metav1.StatusCause{Type: metav1.CauseTypeTooLong, Field: "status.name"}
	ending := apierrors.NewForbidden(groups, "g", errors.New("terminating"))
	ending.ErrStatus.Details.Causes = []metav1.StatusCause{{Type: corev1.NamespaceTerminatingCause}}
	without := apierrors.NewNotFound(schema.GroupResource{Resource: "namespaces"}, "ns")
	bare := apierrors.NewNotFound(groups, "g")
	bare.ErrStatus.Details = nil
	for _, c := range []struct {
		why             string
		err             error
		permanent, gone bool
	}{
		{"the schema", invalid("", long, long), true, false},
		{"the schema, and something without a field", invalid("", long, metav1.StatusCause{Message: "no"}), false, false},
		{"a cause that says nothing of a value", invalid("", metav1.StatusCause{Type: metav1.CauseTypeUnexpectedServerResponse, Field: "status"}), false, false},
		{"no cause", invalid(""), false, false},
		{"a webhook with the schema's words", invalid(`admission webhook "w" denied the request: no`, long), false, false},
		{"too large for the API server", apierrors.NewRequestEntityTooLargeError("limit is 3145728"), true, false},
		{"too large for etcd", apierrors.NewInternalError(errors.New("etcdserver: request is too large")), true, false},
		{"the same words with another code", apierrors.NewBadRequest("etcdserver: request is too large"), false, false},
		{"etcd is away", apierrors.NewInternalError(errors.New("etcdserver: leader changed")), false, false},
		{"no answer", io.EOF, false, false},
		{"the namespace ends", ending, false, true},
		{"the namespace is gone", without, false, true},
		{"the object is gone", apierrors.NewNotFound(groups, "g"), false, false},
		{"something is gone, nobody says what", bare, false, false},
		{"a quota", apierrors.NewForbidden(groups, "g", errors.New("exceeded quota")), false, false},
	} {
		err := fmt.Errorf("writing: %w", c.err)
		if permanent, gone := IsPermanent(err), IsNamespaceGone(err); permanent != c.permanent || gone != c.gone {
			t.Errorf("%s: permanent %t, its namespace gone %t; want %t, %t", c.why, permanent, gone, c.permanent, c.gone)
		}
	}
}
