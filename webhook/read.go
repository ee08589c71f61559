// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhook

import (
	"bytes"
	"errors"
	"net/http"
	"sync"
)

// readBody reads a body of bounded size into buf. It is read for every command, so that the connection can be used
// again and the bound holds for all.
func readBody(w http.ResponseWriter, r *http.Request, buf *bytes.Buffer) outcome {
	if r.ContentLength > maxBodyBytes {
		return bodyTooLarge
	}
	_, err := buf.ReadFrom(http.MaxBytesReader(w, r.Body, maxBodyBytes))
	var tooLarge *http.MaxBytesError
	switch {
	case err == nil:
		return proceed
	case errors.As(err, &tooLarge):
		return bodyTooLarge
	}
	return bodyUnreadable
}

// buffers for bodies. Events share no memory with them.
var buffers bufferPool

type bufferPool struct{ pool sync.Pool }

func (p *bufferPool) get() *bytes.Buffer {
	if buf, ok := p.pool.Get().(*bytes.Buffer); ok {
		return buf
	}
	return bytes.NewBuffer(make([]byte, 0, 2<<10))
}

// put drops large buffers: a storm of them must not stay in memory.
func (p *bufferPool) put(buf *bytes.Buffer) {
	if buf.Cap() <= keptBodyBytes {
		buf.Reset()
		p.pool.Put(buf)
	}
}
