// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package group

import (
	"testing"
	"time"

	"github.com/imgroup-operator/imgroup-operator/internal/event"
	"github.com/imgroup-operator/imgroup-operator/internal/queue"
)

func TestAGroupIsWrittenAtMostOnceInAnInterval(t *testing.T) {
	var p throttle
	now := time.Unix(1_700_000_000, 0)
	a, b := event.Key{GroupID: "a"}, event.Key{GroupID: "b"}
	if left := p.left(a, now); left > 0 {
		t.Errorf("the first write waits %s, want none", left)
	}
	p.wrote(a, now)
	if left := p.left(a, now); left != writeInterval {
		t.Errorf("the next write waits %s, want %s", left, writeInterval)
	}
	if left := p.left(b, now); left > 0 {
		t.Errorf("another group waits %s, want none", left)
	}
	if left := p.left(a, now.Add(writeInterval)); left > 0 {
		t.Errorf("after the interval the write waits %s, want none", left)
	}
}

func TestTheFirstSuccessEndsTheWaitsAfterFailures(t *testing.T) {
	var p throttle
	now := time.Unix(1_700_000_000, 0)
	a, b := event.Key{GroupID: "a"}, event.Key{GroupID: "b"}
	p.failed(a, now, queue.BackoffMax)
	p.wrote(b, now)
	if left := p.left(a, now); left != queue.BackoffMax {
		t.Errorf("after a failure the write waits %s, want %s", left, queue.BackoffMax)
	}
	p.recovered()
	if left := p.left(a, now); left > 0 {
		t.Errorf("after the first success the write waits %s, want none", left)
	}
	if left := p.left(b, now); left != writeInterval {
		t.Errorf("the pace of a group that was written is %s, want %s", left, writeInterval)
	}
}

func TestPausesThatAreOverTakeNoMemory(t *testing.T) {
	var p throttle
	now := time.Unix(1_700_000_000, 0)
	for i := range 1000 {
		p.wrote(event.Key{GroupID: string(rune(i))}, now)
	}
	p.wrote(event.Key{GroupID: "later"}, now.Add(2*time.Second))
	if n := len(p.after); n != 1 {
		t.Errorf("%d pauses are remembered, want 1", n)
	}
}
