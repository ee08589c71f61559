// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package resync

import (
	"context"
	"time"
)

const (
	// watchInterval is how often a running resync looks whether it is still wanted.
	watchInterval = time.Second
	// progressInterval is how often it writes how far it is.
	progressInterval = 10 * time.Second
)

// guarded runs f and waits until all that it observed is settled, as long as the run is wanted.
func (run *run) guarded(ctx context.Context, f func(context.Context) error) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go run.watch(ctx, cancel)
	err := f(ctx)
	if err == nil {
		err = run.window.drain(ctx)
	}
	if err == nil {
		err = run.fault()
	}
	if cause := context.Cause(ctx); err != nil && cause != nil {
		return cause
	}
	return err
}

// watch ends a run that is no longer wanted, and writes how far it is.
func (run *run) watch(ctx context.Context, end context.CancelCauseFunc) {
	tick := time.NewTicker(watchInterval)
	defer tick.Stop()
	next := run.now().Add(progressInterval)
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if !run.leader.IsLeader() || !run.status.isCurrent(ctx, run.app) {
			end(errInterrupted)
			return
		}
		if run.now().After(next) {
			next = run.now().Add(progressInterval)
			_ = run.status.patch(ctx, run.app, run.progressed) // the next one will do
		}
	}
}
