// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package resync

import (
	"context"
	"time"
)

// windowSize is how many observations of one resync may wait for group sync: what bounds its memory.
const windowSize = 500

// stallTimeout is how long group sync may take for the next of the groups in the window: a quota or a missing right may
// keep them there, and a resync must not wait for ever.
const stallTimeout = 5 * time.Minute

// window has a place for each observation that waits for group sync.
type window chan struct{}

// enter takes a place. When none comes free for long, the API server refuses the groups in the window.
func (w window) enter(ctx context.Context) error {
	stalled := time.NewTimer(stallTimeout)
	defer stalled.Stop()
	select {
	case w <- struct{}{}:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-stalled.C:
		return errStalled
	}
}

func (w window) leave() { <-w }

// drain waits until group sync is done with all that it was given.
func (w window) drain(ctx context.Context) error {
	for range cap(w) {
		if err := w.enter(ctx); err != nil {
			return err
		}
	}
	return nil
}
