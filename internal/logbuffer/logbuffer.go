// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package logbuffer provides log writers that never block: a log that nobody reads must delay neither an answer nor the end
// of the process. Lines are collected in bounded memory and written together; what does not fit is dropped and counted.
package logbuffer

import (
	"fmt"
	"io"
	"sync"
	"time"
)

const (
	// maxBytes wait for a slow reader, 2,000 lines or more. As many again may be in the write that is held up.
	maxBytes = 1 << 20
	// closeTimeout is how long the end of the process waits for a reader.
	closeTimeout = time.Second
)

// Buffer is a writer of whole lines. Its methods may be called at any time, by anybody.
type Buffer struct {
	name string
	out  io.Writer

	mu      sync.Mutex
	pending []byte
	dropped int // in all
	untold  int // since the last line that says so
	closed  bool

	wake  chan struct{} // closed by Close
	ended chan struct{}
}

// New makes a buffer in front of a writer that nobody else needs, or whose writes are whole by themselves. The name
// tells what is lost when lines are. Close ends it.
func New(name string, out io.Writer) *Buffer {
	b := &Buffer{name: name, out: out, wake: make(chan struct{}, 1), ended: make(chan struct{})}
	go b.run()
	return b
}

// Write takes one line or several, or drops them. It never fails.
func (b *Buffer) Write(lines []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.closed || len(b.pending)+len(lines) > maxBytes {
		b.dropped++
		b.untold++
		return len(lines), nil
	}
	b.pending = append(b.pending, lines...)
	select {
	case b.wake <- struct{}{}:
	default: // run has not seen the last one yet
	}
	return len(lines), nil
}

// Dropped is how many lines were not written.
func (b *Buffer) Dropped() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.dropped
}

// Close writes what is left if that takes no longer than a second. Later lines are dropped.
func (b *Buffer) Close() error {
	b.mu.Lock()
	if !b.closed {
		b.closed = true
		close(b.wake)
	}
	b.mu.Unlock()
	select {
	case <-b.ended:
	case <-time.After(closeTimeout):
	}
	return nil
}

// run writes what has gathered until the buffer is closed. Under load one write carries many lines.
func (b *Buffer) run() {
	defer close(b.ended)
	var spare []byte
	for range b.wake {
		spare = b.flush(spare)
	}
	b.flush(spare)
}

// flush writes the gathered lines and returns their memory for the next ones.
func (b *Buffer) flush(spare []byte) []byte {
	b.mu.Lock()
	lines := b.pending
	if b.untold > 0 {
		lines = fmt.Appendf(lines, `{"level":"error","time":%q,"msg":"log lines were dropped","log":%q,"lines":%d}`+"\n",
			time.Now().UTC().Format(time.RFC3339Nano), b.name, b.untold)
	}
	b.pending, b.untold = spare[:0], 0
	b.mu.Unlock()
	if len(lines) > 0 {
		_, _ = b.out.Write(lines) // a log that cannot be written must not cost more than its lines
	}
	return lines
}
