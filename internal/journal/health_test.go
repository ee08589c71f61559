// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"context"
	"errors"
	"sync"
	"syscall"
	"testing"
	"time"
)

func TestFailuresCountUntilTheDiskWritesAgainByItself(t *testing.T) {
	for what, fault := range map[string]struct {
		err error
		op  string
	}{"a disk that fails": {syscall.EIO, "datasync"}, "a disk without space": {syscall.ENOSPC, "allocate"}} {
		t.Run(what, func(t *testing.T) {
			d, o := faulty()
			j := open(t, t.TempDir(), o)
			d.set("", fault.err, fault.op)
			if err := j.Append(t.Context(), renamed(groupKey("app", 1), 1, "x")); !errors.Is(err, fault.err) {
				t.Fatalf("Append = %v", err)
			}
			waitFor(t, func() bool { return j.Failures() >= 3 }) // nobody appends
			d.set("", nil)
			waitFor(t, func() bool { return j.Failures() == 0 })
		})
	}
}

func TestAnAppendThatIsNotDurableInTimeIsAFailureUntilTheDiskGoesOn(t *testing.T) {
	d, o := faulty()
	j := open(t, t.TempDir(), o)
	var wg sync.WaitGroup
	release := held(t, d, j, &wg)
	for range 3 {
		ctx, cancel := context.WithTimeout(t.Context(), time.Millisecond)
		if err := j.Append(ctx, renamed(groupKey("app", 1), 1, "late")); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Append = %v", err)
		}
		cancel()
	}
	if n := j.Failures(); n != 3 {
		t.Errorf("%d failures, want 3", n)
	}
	release()
	wg.Wait()
	waitFor(t, func() bool { return j.Failures() == 0 })
}

func TestAFullJournalIsNoFailure(t *testing.T) {
	o := testOptions()
	o.MaxGroups = 2
	j := open(t, t.TempDir(), o)
	if _, err := fill(t, j, "a", "x"); err == nil {
		t.Fatal("never full")
	}
	if n := j.Failures(); n != 0 {
		t.Errorf("%d failures", n)
	}
}
