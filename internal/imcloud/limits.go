// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package imcloud

import "time"

// Limits that Tencent documents.
const (
	// maxIDsPerCall groups can be asked for in one call ("Getting Group Profiles").
	maxIDsPerCall = 50
	// maxIDsPerPage groups can be listed in one call ("Getting All Groups in an App").
	maxIDsPerPage = 10_000
	// listInterval lies between two calls for the list. Tencent documents one a second; the rest makes up for a network
	// that delivers the first one later than the second.
	listInterval = 1100 * time.Millisecond
	// maxQueriesPerSecond is the rate that an application has without paying for more ("Getting Group Profiles").
	maxQueriesPerSecond = 200
)

// DefaultQueriesPerSecond is the rate if a Config sets none.
const DefaultQueriesPerSecond = 20

// Limits of ours.
const (
	// attemptTimeout bounds one request from the connection to the answer's last byte. Tencent's own servers give up
	// after 3 s ("RESTful API Overview"), so a shorter wait would never see their answer.
	attemptTimeout = 5 * time.Second
	// connectTimeout bounds connecting, and then the TLS handshake.
	connectTimeout = 3 * time.Second
	// maxAttempts of one call, the first among them: with the pauses at most 27 s, not counting the wait for the rate.
	maxAttempts = 4
	// firstPause comes before the second attempt; it doubles each time. Up to half of a pause is added at random.
	firstPause = 500 * time.Millisecond

	// maxAnswerBytes: Tencent refuses to send more than 1 MB (error 10018). The rest is room for another way to count.
	maxAnswerBytes = 4 << 20
	// maxHeaderBytes of an answer.
	maxHeaderBytes = 64 << 10
	// maxPages ends a list that loops: this is 100 million groups, and three hours.
	maxPages = 10_000
	// maxAhead is how far a server's clock may be ahead of ours. A later observation would win over every real change
	// until then. Callbacks have the same bound.
	maxAhead = 5 * time.Minute

	// sigValidity is how long a signature is good for. Tencent advises at least a day (error 70001).
	sigValidity = 48 * time.Hour
	// sigRenewal is the age at which a signature is replaced: a day before it would expire.
	sigRenewal = 24 * time.Hour

	// limitedWait is how long to wait once an application has used up its rate, which is counted by the second.
	limitedWait = 10 * time.Second
	// verificationWait is documented for error 70050, too many failed verifications: a minute.
	verificationWait = time.Minute
	// maxWait bounds a Retry-After.
	maxWait = time.Hour

	// maxConnections to the host at once; idle ones are closed after idleTimeout.
	maxConnections = 16
	idleTimeout    = time.Minute
)
