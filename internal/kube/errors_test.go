// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package kube

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
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
