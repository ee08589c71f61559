// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package group

import (
	"context"
	"time"
)

// turnWait is the longest wait for a turn: 16 workers have theirs within it where a write takes a few milliseconds. Where
// the API server is slow one write at a time would be too few, and spare the processors nothing.
const turnWait = 500 * time.Millisecond

// backpressure makes group sync stand back while the receiver is saturated: then one group is written at a time, as its turn
// comes, by whatever worker has it. A callback that is not answered in time is lost, a write that comes later is not; and
// in a storm, what is written later needs fewer writes.
type backpressure struct {
	saturated func() bool
	one       chan struct{}
}

func newBackpressure(saturated func() bool) backpressure {
	return backpressure{saturated: saturated, one: make(chan struct{}, 1)}
}

// enter waits for its turn, no longer than turnWait. What it returns ends the turn.
func (b backpressure) enter(ctx context.Context) (leave func()) {
	if !b.saturated() {
		return func() {}
	}
	patience, cancel := context.WithTimeout(ctx, turnWait)
	defer cancel()
	select {
	case b.one <- struct{}{}:
		return func() { <-b.one }
	case <-patience.Done():
		return func() {}
	}
}
