// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"sync/atomic"
	"testing"

	"github.com/imgroup-operator/imgroup-operator/internal/event"
)

func TestAGroupIsWokenOnceUntilItsEventsAreTaken(t *testing.T) {
	var wakes atomic.Int64
	o := testOptions()
	o.Wake = func(event.Key) { wakes.Add(1) }
	j := open(t, t.TempDir(), o)
	key := groupKey("app", 1)
	appendTwice := func() {
		t.Helper()
		for range 2 {
			if err := j.Append(t.Context(), renamed(key, 1, "x")); err != nil {
				t.Fatal(err)
			}
		}
	}
	appendTwice()
	_, upTo, _ := j.Pending(key)
	appendTwice() // closing the journal below orders the last wake before the check
	j.Checkpoint(key, upTo)
	if _, _, ok := j.Pending(key); !ok {
		t.Error("events that came after Pending must stay pending")
	}
	closeJournal(t, j)
	if n := wakes.Load(); n != 2 {
		t.Errorf("woken %d times, want once for each time that nothing waited to be taken", n)
	}
}
