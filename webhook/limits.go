// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhook

import "time"

// Limits of the endpoint. Tencent waits 2 s for an answer and, by default, sends an event once.
const (
	// maxInFlight requests may be between the look-up of their app and their answer. Each takes less than 64 KiB beside the
	// texts that are kept of its body, whatever the body's size.
	maxInFlight = 1024
	// maxInFlightPerApp is half of it, so that one app's storm leaves room for the others.
	maxInFlightPerApp = maxInFlight / 2

	// maxConnections at a time, unless the process may have fewer files open. An idle connection takes 18 KiB, so that all
	// of them stay below half of the container's memory limit.
	maxConnections = 12_000
	// otherFiles is what the process may have open beside callbacks' connections: the journal, the API server, Tencent's
	// REST API, metrics and probes. Of a limit that is very low half is left to them.
	otherFiles = 256

	// saturatingInFlight requests that have come whole do not gather as long as the process answers as fast as callbacks
	// come: at 1,000 per second about three are in flight.
	saturatingInFlight = 32

	// readHeaderTimeout ends connections that send a header byte by byte (slow loris).
	readHeaderTimeout = 5 * time.Second
	// readTimeout covers header and body. The sender gives up after 2 s, so nothing later is worth an answer.
	readTimeout = 5 * time.Second
	// writeTimeout runs from the end of the header and covers the journal's time too.
	writeTimeout = 5 * time.Second
	// idleTimeout keeps Tencent's persistent connections; more than the 60 s that proxies in front use, so that the
	// proxy closes first and no request meets a closing connection.
	idleTimeout = 75 * time.Second
	// maxHeaderBytes: Tencent's request line and headers take less than 1 KiB, a proxy adds a few more.
	maxHeaderBytes = 16 << 10
	// maxStreams bounds the concurrent requests of one HTTP/2 connection, which only a proxy would open.
	maxStreams = 128
	// drainTimeout is how long a stopping server goes on answering, and asks with each answer for the connection's end. Without it
	// a callback on a kept connection could meet its closing, and Tencent does not repeat it.
	drainTimeout = time.Second
	drainPoll    = 10 * time.Millisecond
	// shutdownTimeout is what requests in flight have to finish: one read, one append and one write, with a margin.
	shutdownTimeout = 8 * time.Second

	// maxBodyBytes: GroupDestroyed lists every member of a group; those of 50,000 take 2.7 MB, and a group may have more.
	// Bodies are read as a stream, so this bounds time and not memory. It holds for every command.
	maxBodyBytes = 16 << 20
	// maxShortToken is what a decoder gets of a string or a number that nobody wants; enough for every name of ours with
	// all of it escaped. A name is held at each level, so those of one body may take maxNesting times as much.
	maxShortToken = 256
	// keptValueBytes is the longest value after which a reader of bodies is kept for the next request: its buffer has
	// grown with it.
	keptValueBytes = 16 << 10
	// keptAuditBytes is the largest buffer of an audit line that is kept for the next one.
	keptAuditBytes = 16 << 10
	// maxNesting of JSON. Callbacks have 3 levels.
	maxNesting = 32
	// maxLoggedBytes of a path or a method go to the log: a callback path has up to 10+1+63+1+253.
	maxLoggedBytes = 384
	// maxClientIPBytes is the longest textual IP address with a zone; it goes to the audit log only.
	maxClientIPBytes = 64

	// appendTimeout leaves 0.5 s of the sender's 2 s for both ways of the network.
	appendTimeout = 1500 * time.Millisecond

	// maxClockSkew is how far RequestTime may be from now: Tencent documents one minute.
	maxClockSkew = 60 * time.Second
	// maxFuture is how far EventTime may be ahead of now. A later one would win over every real change until then.
	maxFuture = 5 * time.Minute
	// minEventTime: a smaller EventTime, in March 1973 or before, is no time in milliseconds.
	minEventTime = 100_000_000_000
)

// limits are those that tests lower.
type limits struct {
	inFlight, perApp                    int
	readHeader, read, write, idle, stop time.Duration
	append, drain                       time.Duration
	connections                         int
}

func defaultLimits() limits {
	return limits{
		inFlight: maxInFlight, perApp: maxInFlightPerApp, append: appendTimeout, stop: shutdownTimeout, drain: drainTimeout,
		connections: maxConnections, readHeader: readHeaderTimeout, read: readTimeout, write: writeTimeout, idle: idleTimeout,
	}
}
