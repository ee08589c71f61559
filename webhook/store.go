// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhook

import (
	"context"
	"errors"

	"github.com/imgroup-operator/imgroup-operator/internal/apps"
	"github.com/imgroup-operator/imgroup-operator/internal/event"
	"github.com/imgroup-operator/imgroup-operator/internal/journal"
	"github.com/imgroup-operator/imgroup-operator/internal/metrics"
)

// Journal makes events durable.
type Journal interface {
	// Append returns nil after the event is on disk, and soon after ctx is done if it cannot be.
	Append(ctx context.Context, ev event.Event) error
}

// Resyncer gets to know that an event of an app was lost, so that the state is to be fetched instead.
type Resyncer interface {
	// RequestResync must not block. It may be called for every lost event.
	RequestResync(app apps.Key)
}

// store makes the call's event durable within what is left of the sender's patience. A sender that goes away does not
// stop it: the change has happened, and nobody will send it again.
func (s *Server) store(ctx context.Context, c *call) outcome {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), s.limits.append)
	defer cancel()
	start := s.now()
	c.err = s.journal.Append(ctx, c.event)
	s.metrics.JournalAppend.Observe(s.now().Sub(start).Seconds())
	if c.err == nil {
		return accepted
	}
	o, op := classify(c.err)
	s.metrics.JournalErrors.WithLabelValues(op).Inc()
	s.resync.RequestResync(c.app)
	return o
}

// classify names why the journal refused, as outcome and as operation of the journal's own metric.
func classify(err error) (outcome, string) {
	switch {
	case errors.Is(err, journal.ErrFull):
		return journalFull, metrics.OpFull
	case errors.Is(err, journal.ErrShare):
		return journalShare, metrics.OpShare
	case errors.Is(err, journal.ErrClosed):
		return journalClosed, metrics.OpAppend
	case errors.Is(err, context.DeadlineExceeded):
		return journalTimeout, metrics.OpAppend
	}
	return journalError, metrics.OpAppend
}
