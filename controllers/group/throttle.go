// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package group

import (
	"sync"
	"time"

	"github.com/imgroup-operator/imgroup-operator/internal/event"
)

// writeInterval is the shortest time between two writes of one group. The first write after a pause is not delayed; of
// a burst the events of one interval share a write, so that a hot group costs at most 40 writes per second.
const writeInterval = 25 * time.Millisecond

// throttle remembers when each group may be written again: after a write, and after a failure. Events that come
// meanwhile stay in the journal and do not wake anything.
type throttle struct {
	mu    sync.Mutex
	after map[event.Key]pause
	swept time.Time
}

type pause struct {
	until  time.Time
	failed bool
}

// left says how long a group must still wait.
func (t *throttle) left(key event.Key, now time.Time) time.Duration {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.after[key].until.Sub(now)
}

func (t *throttle) wrote(key event.Key, now time.Time) {
	t.set(key, pause{until: now.Add(writeInterval)}, now)
}

func (t *throttle) failed(key event.Key, now time.Time, wait time.Duration) {
	t.set(key, pause{until: now.Add(wait), failed: true}, now)
}

func (t *throttle) set(key event.Key, to pause, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.after == nil {
		t.after = map[event.Key]pause{}
	}
	t.after[key] = to
	if now.Sub(t.swept) > time.Second {
		t.swept = now
		t.drop(func(o pause) bool { return o.until.Before(now) })
	}
}

// recovered ends all waits that follow a failure.
func (t *throttle) recovered() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.drop(func(o pause) bool { return o.failed })
}

func (t *throttle) drop(which func(pause) bool) {
	for key, o := range t.after {
		if which(o) {
			delete(t.after, key)
		}
	}
}
