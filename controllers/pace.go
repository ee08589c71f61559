// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"sync"
	"time"

	"github.com/imgroup-operator/imgroup-operator/internal/event"
)

// writeInterval is the shortest time between two writes of one group. The first write after a pause is not delayed; of
// a burst the events of one interval share a write, so that a hot group costs at most 40 writes per second.
const writeInterval = 25 * time.Millisecond

// pace remembers when each group may be written again: after a write, and after a failure. Events that come
// meanwhile stay in the journal and do not wake anything.
type pace struct {
	mu    sync.Mutex
	after map[event.Key]pause
	swept time.Time
}

type pause struct {
	until  time.Time
	failed bool
}

// left says how long a group must still wait.
func (p *pace) left(key event.Key, now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.after[key].until.Sub(now)
}

func (p *pace) wrote(key event.Key, now time.Time) {
	p.set(key, pause{until: now.Add(writeInterval)}, now)
}

func (p *pace) failed(key event.Key, now time.Time, wait time.Duration) {
	p.set(key, pause{until: now.Add(wait), failed: true}, now)
}

func (p *pace) set(key event.Key, to pause, now time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.after == nil {
		p.after = map[event.Key]pause{}
	}
	p.after[key] = to
	if now.Sub(p.swept) > time.Second {
		p.swept = now
		p.drop(func(o pause) bool { return o.until.Before(now) })
	}
}

// healed ends all waits that follow a failure.
func (p *pace) healed() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.drop(func(o pause) bool { return o.failed })
}

func (p *pace) drop(which func(pause) bool) {
	for key, o := range p.after {
		if which(o) {
			delete(p.after, key)
		}
	}
}
