// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhook

import (
	"net/http"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"golang.org/x/time/rate"
)

// The logs never get a Sign, a token or a query string, and of untrusted text a group id, a method and a path at most, cut
// and in ASCII.

// throttle lets few lines pass and counts the others: what goes wrong for one callback goes wrong for thousands.
type throttle struct {
	limiter    *rate.Limiter
	suppressed atomic.Int64
}

func newThrottle() *throttle { return &throttle{limiter: rate.NewLimiter(rate.Every(time.Second), 10)} }

// pass reports whether a line may be written, and how many were not since the last one.
func (t *throttle) pass(now time.Time) (suppressed int64, ok bool) {
	if !t.limiter.AllowN(now, 1) {
		t.suppressed.Add(1)
		return 0, false
	}
	return t.suppressed.Swap(0), true
}

// logLost is loud: an event is gone unless the sender repeats it or a resync finds its effect.
func (s *Server) logLost(c *call, o outcome) {
	if n, ok := s.losses.pass(c.start); ok {
		s.log.Error(c.err, "Callback not stored; asked for a resync", append(c.pairs(o), "suppressed", n)...)
	}
}

// logRefused shows a wrong configuration, such as callbacks without a signature, and lets nobody flood the log.
func (s *Server) logRefused(c *call, o outcome) {
	if n, ok := s.refusals.pass(c.start); ok {
		s.log.Info("Callback refused", append(c.pairs(o), "method", quoted(c.method), "suppressed", n)...)
	}
}

// logNotFound lets people find a URL that is nearly right, such as one with a slash at its end, and one that was right
// before. Scans of other paths cannot hide it.
func (s *Server) logNotFound(c *call) {
	lines := s.strays
	if strings.HasPrefix(c.path, pathPrefix) {
		lines = s.notFounds
	}
	if n, ok := lines.pass(c.start); ok {
		s.log.Info("No such callback path", "path", quoted(c.path), "method", quoted(c.method), "suppressed", n)
	}
}

// quoted is the beginning of an untrusted text.
func quoted(text string) string {
	return strconv.QuoteToASCII(text[:min(len(text), maxLoggedBytes)])
}

func (s *Server) logPanic(c *call) {
	if n, ok := s.losses.pass(c.start); ok {
		s.log.Error(c.err, "Callback handler panicked", append(c.pairs(panicked), "suppressed", n, "stack", string(c.stack))...)
	}
}

// pairs tell where it happened, to which group if that is known, and what.
func (c *call) pairs(o outcome) []any {
	pairs := []any{"namespace", c.app.Namespace, "imapp", c.app.Name, "command", labelOf(c.command), "outcome", o.answer().label}
	if id := c.event.Key.GroupID; id != "" {
		pairs = append(pairs, "groupID", strconv.QuoteToASCII(id))
	}
	return pairs
}

// panicError describes a panic without its value, which may hold untrusted text.
type panicError struct{ kind string }

func (e panicError) Error() string { return "panic: " + e.kind }

// guard turns a panic into an answer. The event is lost then, if the sender was one of ours.
func (s *Server) guard(w http.ResponseWriter, r *http.Request, c *call) (o outcome) {
	defer func() {
		if v := recover(); v != nil {
			o, c.err, c.stack = panicked, panicError{panicKind(v)}, debug.Stack()
			if c.verified {
				s.resync.RequestResync(c.app)
			}
		}
	}()
	return s.handle(w, r, c)
}

func panicKind(v any) string {
	if err, ok := v.(runtime.Error); ok {
		return err.Error() // an index, a nil pointer: Go's own words
	}
	return "a value of the program"
}

// serverLog receives what net/http says about connections: untrusted senders' mistakes, for the most part. A line is cut
// before anything that could be quoted from a request.
type serverLog struct{ server *Server }

func (l serverLog) Write(line []byte) (int, error) {
	s := l.server
	if n, ok := s.connections.pass(s.now()); ok {
		s.log.V(1).Info("HTTP server", "message", cutQuoted(string(line)), "suppressed", n)
	}
	return len(line), nil
}

func cutQuoted(line string) string {
	line, _, _ = strings.Cut(line, "\n")
	if i := strings.IndexAny(line, "?\"'`"); i >= 0 {
		line = line[:i]
	}
	return strconv.QuoteToASCII(strings.TrimSpace(line))
}
