// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package group

import (
	"context"
	"fmt"

	"golang.org/x/time/rate"
	"sigs.k8s.io/controller-runtime/pkg/log"

	"github.com/imgroup-operator/imgroup-operator/internal/event"
	"github.com/imgroup-operator/imgroup-operator/internal/kube"
	"github.com/imgroup-operator/imgroup-operator/internal/metrics"
)

// dropped ends the way of pending events that will not be written: counted under a reason, and set aside in a file
// when somebody must look at them. Any other error of a write means that it may succeed later.
type dropped struct {
	reason   string // a value of metrics' drop reasons; empty for what a resync skips
	setAside bool
	cause    error // what the API server said, if anything
}

func (d *dropped) Error() string { return fmt.Sprintf("dropped (%s): %v", d.reason, d.cause) }
func (d *dropped) Unwrap() error { return d.cause }

// refusal tells what an error of a write means: nil stays nil, an error that may pass stays as it is, and one that
// cannot becomes a *dropped.
func refusal(err error) error {
	switch {
	case err == nil:
		return nil
	case kube.IsNamespaceGone(err):
		return &dropped{reason: metrics.DropNamespaceGone, cause: err}
	case kube.IsPermanent(err):
		return &dropped{reason: metrics.DropRejected, setAside: true, cause: err}
	}
	return err
}

// dropper ends the way of events. First it keeps them in a file when somebody must look at them.
type dropper struct {
	journal Journal
	metrics *metrics.Metrics
	limit   *rate.Limiter // of log lines about events that are dropped, as an IMApp may want of most of them
}

func (r dropper) drop(ctx context.Context, pending event.Event, d *dropped) error {
	file := ""
	if pending.Count > 0 && d.setAside {
		var err error
		if file, err = r.journal.SetAside(pending, fmt.Sprintf("%s: %v", d.reason, d.cause)); err != nil {
			r.metrics.JournalErrors.WithLabelValues(metrics.OpSetAside).Inc()
			return fmt.Errorf("setting aside refused events: %w", err)
		}
		r.metrics.SyncWrites.WithLabelValues(metrics.WriteRejected).Inc()
	}
	r.metrics.SyncDropped.WithLabelValues(d.reason).Add(float64(pending.Count))
	switch {
	case file != "":
		log.FromContext(ctx).Error(d.cause, "events will never be written; they were set aside", "reason", d.reason, "file", file, "events", pending.Count)
	case r.limit.Allow():
		log.FromContext(ctx).Info("events were dropped", "reason", d.reason, "events", pending.Count)
	}
	return nil
}
