// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhook

import (
	"net/http"
	"time"

	"github.com/imgroup-operator/imgroup-operator/internal/apps"
	"github.com/imgroup-operator/imgroup-operator/internal/event"
)

// call is what is known of one request so far, for its metrics, its logs and the audit.
type call struct {
	start    time.Time
	method   string
	path     string
	query    query
	app      apps.Key // empty until the path's app is known
	command  string   // empty until the query was read
	verified bool     // the sender knows a token, or needs none
	event    event.Event
	err      error // why the journal refused
	stack    []byte
}

// ServeHTTP answers one request. The answer is sent after the event is durable and not before. A sender that was not
// verified is asked to leave: whoever knows no token shall hold no connection.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if isHealthCheck(r) {
		replyHealthy(w, s.leaving.Load())
		return
	}
	c := &call{start: s.now(), method: r.Method, path: r.URL.Path}
	o := s.guard(w, r, c)
	reply(w, o, s.leaving.Load() || !c.verified || o.leaves())
	s.report(c, o)
}

// handle takes a callback through its checks. Their order is part of the contract: cheapest first, and nothing of an
// untrusted sender's body is read.
func (s *Server) handle(w http.ResponseWriter, r *http.Request, c *call) outcome {
	app, o := s.admit(r)
	if c.app = app.Key; o != proceed {
		return o
	}
	if o = s.flight.enter(app.Key); o != proceed {
		return o
	}
	defer s.flight.leave(app.Key)
	if c.query, o = parseQuery(r.URL.RawQuery); o != proceed {
		return o
	}
	c.command = c.query.command.value
	if o = verify(app, c.query, c.start); o != proceed {
		return o
	}
	c.verified = true
	conn := connectionOf(r)
	conn.serve(!app.AllowUnsigned)
	defer conn.served()
	return s.receive(w, r, c, app)
}

// receive takes a verified request's body and makes what it says durable.
func (s *Server) receive(w http.ResponseWriter, r *http.Request, c *call, app apps.App) outcome {
	if r.ContentLength > maxBodyBytes {
		return bodyTooLarge
	}
	src := source{http.MaxBytesReader(w, r.Body, maxBodyBytes), isEncoded(r.Header)}
	d, o := decode(app, c.query, src, c.start)
	if c.command = d.command; o != proceed {
		return o
	}
	s.received.Add(1)
	defer s.received.Add(-1)
	s.count(d)
	c.event = d.event
	return s.store(r.Context(), c)
}

// count tells the metrics what had to be changed about an event.
func (s *Server) count(d decoded) {
	if d.clamped {
		s.metrics.EventTimeClamped.Inc()
	}
	s.metrics.CallbackUnnamed.Add(float64(d.unnamed))
	for _, field := range d.cut {
		s.metrics.CallbackTruncated.WithLabelValues(field).Inc()
	}
}

// countAccepted tells the metrics whose change it was, and how long it was on its way. One whose time is that of its
// receipt had none that can be right.
func (s *Server) countAccepted(c *call) {
	lag := time.Duration(c.start.UnixMilli()-c.event.State.Last.Time) * time.Millisecond
	s.metrics.Accepted(c.app.Namespace, c.app.Name, lag)
}

// report tells metrics, audit and log about an answered request.
func (s *Server) report(c *call, o outcome) {
	s.metrics.CallbackRequests.WithLabelValues(labelOf(c.command), o.answer().label).Inc()
	s.metrics.CallbackDuration.Observe(s.now().Sub(c.start).Seconds())
	switch o {
	case accepted:
		s.countAccepted(c)
		s.logAccepted(c)
	case unhandled: // ordinary
	case notFound:
		s.logNotFound(c)
	case journalFull, journalShare, journalTimeout, journalClosed, journalError:
		s.logLost(c, o)
	case panicked:
		s.logPanic(c)
	default:
		s.logRefused(c, o)
	}
}
