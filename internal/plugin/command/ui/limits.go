// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package ui

import "time"

// Limits of the server. Its only client is a browser on this machine.
const (
	maxStreams     = 16               // pages that are open at once
	maxHeaderBytes = 16 << 10         // a browser sends 1 KiB
	headerTimeout  = 5 * time.Second  // for the whole header of a request
	idleTimeout    = 2 * time.Minute  // of a connection between requests
	writeTimeout   = 10 * time.Second // for an answer, and for each message of a stream
	readTimeout    = 10 * time.Second // for what the API server is asked

	// gather is how long changes are gathered for one message: a page that is told ten times a second looks live.
	gather = 100 * time.Millisecond
	// beat is the time between two signs of life, by which a stream is found whose page is gone.
	beat = 15 * time.Second
)
