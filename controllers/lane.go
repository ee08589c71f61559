// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"time"
)

// laneWait is the longest wait for a turn: 16 workers have theirs within it where a write takes a few milliseconds. Where
// the API server is slow one write at a time would be too few, and spare the processors nothing.
const laneWait = 500 * time.Millisecond

// lane lets group sync stand back while the receiver is pressed: then one group is written at a time, as its turn
// comes, by whatever worker has it. A callback that is not answered in time is lost, a write that comes later is not; and
// in a storm, what is written later needs fewer writes.
type lane struct {
	pressed func() bool
	one     chan struct{}
}

func newLane(pressed func() bool) lane { return lane{pressed: pressed, one: make(chan struct{}, 1)} }

// enter waits for its turn, no longer than laneWait. What it returns ends the turn.
func (l lane) enter(ctx context.Context) (leave func()) {
	if !l.pressed() {
		return func() {}
	}
	patience, cancel := context.WithTimeout(ctx, laneWait)
	defer cancel()
	select {
	case l.one <- struct{}{}:
		return func() { <-l.one }
	case <-patience.Done():
		return func() {}
	}
}
