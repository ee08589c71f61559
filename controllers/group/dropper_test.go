// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package group

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"golang.org/x/time/rate"
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
	invalid := func(causes ...metav1.StatusCause) *apierrors.StatusError {
		err := apierrors.NewInvalid(schema.GroupKind{Kind: "IMGroup"}, "g", nil)
		err.ErrStatus.Details.Causes = causes
		return err
	}
	bySchema := metav1.StatusCause{Type: metav1.CauseTypeFieldValueInvalid, Field: "status.name", Message: "Too long"}
	byWebhook := invalid(bySchema)
	byWebhook.ErrStatus.Message = `admission webhook "w.example.com" denied the request: ` + byWebhook.ErrStatus.Message
	tooLargeByPolicy := apierrors.NewRequestEntityTooLargeError("")
	tooLargeByPolicy.ErrStatus.Message = `imgroups.im.imgroup.dev "g" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: Request entity too large`
	for _, c := range []struct {
		why      string
		err      error
		reason   string // empty: it may pass
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
		{"invalid by the schema", invalid(bySchema, bySchema), metrics.DropRejected, true},
		{"invalid, and nothing says by what", invalid(), "", false},
		{"invalid by a policy", invalid(metav1.StatusCause{Message: "every object needs the label team"}), "", false},
		{"invalid by the schema and something else", invalid(bySchema, metav1.StatusCause{Message: "no"}), "", false},
		{"a webhook that speaks like the schema", byWebhook, "", false},
		{"a webhook without a code", apierrors.NewBadRequest(`admission webhook "w.example.com" denied the request without explanation`), "", false},
		{"bad request", apierrors.NewBadRequest("bad"), "", false},
		{"too large, as a policy says", tooLargeByPolicy, "", false},
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

func TestADropIsCountedAndKeptWhereSomebodyMustLook(t *testing.T) {
	refusedEvent := event.Event{Key: theKey, Count: 3}
	for _, c := range []struct {
		why     string
		pending event.Event
		aside   bool
		full    error
		kept    int
		dropped float64
	}{
		{"nobody wants it", refusedEvent, false, nil, 0, 3},
		{"it can never be written", refusedEvent, true, nil, 1, 3},
		{"a look at which there is nothing to keep", event.Event{Key: theKey}, true, nil, 0, 0},
		{"the disk is full", refusedEvent, true, errors.New("no space"), 0, 0},
	} {
		journal, m := &pendingEvents{full: c.full}, metrics.New(prometheus.NewRegistry())
		r := dropper{journal: journal, metrics: m, limit: rate.NewLimiter(1, 5)}
		err := r.drop(t.Context(), c.pending, &dropped{reason: metrics.DropRejected, setAside: c.aside, cause: errors.New("why")})
		if !errors.Is(err, c.full) || len(journal.aside) != c.kept {
			t.Errorf("%s: %v, kept %q", c.why, err, journal.aside)
		}
		if c.kept > 0 && journal.aside[0] != "rejected: why" {
			t.Errorf("%s: kept as %q", c.why, journal.aside[0])
		}
		for counter, want := range map[prometheus.Counter]float64{
			m.SyncDropped.WithLabelValues(metrics.DropRejected): c.dropped,
			m.SyncWrites.WithLabelValues(metrics.WriteRejected): float64(c.kept),
			m.JournalErrors.WithLabelValues(metrics.OpSetAside): map[bool]float64{true: 1}[c.full != nil],
		} {
			if got := testutil.ToFloat64(counter); got != want {
				t.Errorf("%s: %s is %v, want %v", c.why, counter.Desc(), got, want)
			}
		}
	}
}
