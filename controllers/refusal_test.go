// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"github.com/imgroup-operator/imgroup-operator/internal/event"
	"github.com/imgroup-operator/imgroup-operator/internal/metrics"
)

func TestWhatARefusedWriteMeans(t *testing.T) {
	groups := schema.GroupResource{Group: "im.imgroup.dev", Resource: "imgroups"}
	terminating := apierrors.NewForbidden(groups, "g", errors.New("terminating"))
	terminating.ErrStatus.Details.Causes = []metav1.StatusCause{{Type: corev1.NamespaceTerminatingCause}}
	for _, c := range []struct {
		why      string
		err      error
		reason   string // empty: it may heal
		setAside bool
	}{
		{"conflict", apierrors.NewConflict(groups, "g", errors.New("changed")), "", false},
		{"timeout", apierrors.NewTimeoutError("slow", 1), "", false},
		{"deadline", context.DeadlineExceeded, "", false},
		{"too many requests", apierrors.NewTooManyRequests("busy", 1), "", false},
		{"server error", apierrors.NewInternalError(errors.New("etcd")), "", false},
		{"quota exceeded, or a right that is missing", apierrors.NewForbidden(groups, "g", errors.New("exceeded quota")), "", false},
		{"the object is gone", apierrors.NewNotFound(groups, "g"), "", false},
		{"the namespace is terminating", terminating, metrics.DropNamespaceGone, false},
		{"the namespace is gone", apierrors.NewNotFound(schema.GroupResource{Resource: "namespaces"}, "ns"), metrics.DropNamespaceGone, false},
		{"invalid", apierrors.NewInvalid(schema.GroupKind{Kind: "IMGroup"}, "g", nil), metrics.DropRejected, true},
		{"bad request", apierrors.NewBadRequest("bad"), metrics.DropRejected, true},
		{"too large", apierrors.NewRequestEntityTooLargeError("large"), metrics.DropRejected, true},
		{"too large for etcd", apierrors.NewInternalError(errors.New("etcdserver: request is too large")), metrics.DropRejected, true},
		{"too large for etcd's client", apierrors.NewInternalError(errors.New("trying to send message larger than max (3145729 vs. 2097152)")), metrics.DropRejected, true},
	} {
		t.Run(c.why, func(t *testing.T) {
			var drop *dropped
			got := refusal(fmt.Errorf("writing: %w", c.err))
			if errors.As(got, &drop) != (c.reason != "") {
				t.Fatalf("refusal = %v, want drop %q", got, c.reason)
			}
			if drop != nil && (drop.reason != c.reason || drop.setAside != c.setAside) {
				t.Errorf("dropped as %q, set aside %t; want %q, %t", drop.reason, drop.setAside, c.reason, c.setAside)
			}
			if !errors.Is(got, c.err) {
				t.Error("the cause must be kept")
			}
		})
	}
	if refusal(nil) != nil {
		t.Error("no error is no refusal")
	}
}

func TestAHoldBeginsWithTheFirstQuestionAndEndsOnce(t *testing.T) {
	var h holds
	start := time.Unix(1_700_000_000, 0)
	a, b := event.Key{GroupID: "a"}, event.Key{GroupID: "b"}
	if got := h.left(a, appGoneHold, start); got != appGoneHold {
		t.Errorf("at the first question %s are left, want all", got)
	}
	if got := h.left(a, appGoneHold, start.Add(4*time.Minute)); got != 6*time.Minute {
		t.Errorf("after 4 minutes %s are left, want 6m", got)
	}
	if got := h.left(a, notDeclaredHold, start.Add(4*time.Minute)); got != notDeclaredHold {
		t.Errorf("another wait of the group has %s left, want all of it", got)
	}
	if got := h.left(b, appGoneHold, start.Add(4*time.Minute)); got != appGoneHold {
		t.Errorf("another group has %s left, want all", got)
	}
	if got := h.left(a, appGoneHold, start.Add(appGoneHold)); got > 0 {
		t.Errorf("at the end %s are left, want none", got)
	}
	h.end(a)
	if got := h.left(a, appGoneHold, start.Add(appGoneHold)); got != appGoneHold {
		t.Errorf("a new hold has %s left, want all", got)
	}
	h.end(a)
	h.end(b)
	if len(h.since) != 0 {
		t.Errorf("%d holds stay in memory", len(h.since))
	}
}

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
			if outage, all := isOutage(err), meetsAll(err); outage != c.outage || all != c.all {
				t.Errorf("an outage %t, that every write meets %t; want %t and %t", outage, all, c.outage, c.all)
			}
		})
	}
}

func TestAHoldEndsWithItsCause(t *testing.T) {
	var h holds
	now := time.Unix(1_700_000_000, 0)
	key := event.Key{GroupID: "a"}
	h.left(key, notDeclaredHold, now)
	h.endOthers(key, false, false) // now it is the IMApp that is missing
	if left := h.left(key, notDeclaredHold, now.Add(time.Hour)); left != notDeclaredHold {
		t.Errorf("%s are left to declare the group, want all", left)
	}
	h.left(key, appGoneHold, now)
	h.endOthers(key, true, false)
	if left := h.left(key, appGoneHold, now.Add(time.Hour)); left != appGoneHold {
		t.Errorf("%s are left for the IMApp to come back, want all", left)
	}
}
