// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package group

import (
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"
)

func TestOneAtATimeWhileTheReceiverIsSaturated(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var inside, most atomic.Int32
		l := newBackpressure(func() bool { return true })
		var workers sync.WaitGroup
		for range 16 {
			workers.Go(func() {
				defer l.enter(t.Context())()
				most.Store(max(most.Load(), inside.Add(1)))
				synctest.Wait()
				inside.Add(-1)
			})
		}
		workers.Wait()
		if most.Load() != 1 {
			t.Errorf("%d at a time", most.Load())
		}
	})
}

func TestNobodyWaitsWhileTheReceiverIsNotSaturated(t *testing.T) {
	l := newBackpressure(func() bool { return false })
	for range 16 {
		_ = l.enter(t.Context()) // would block if it took a turn, since nobody leaves
	}
}

func TestNobodyWaitsForATurnLongerThanItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newBackpressure(func() bool { return true })
		_ = l.enter(t.Context())
		start := time.Now()
		l.enter(t.Context())()
		if took := time.Since(start); took != turnWait {
			t.Errorf("waited %s", took)
		}
	})
}
