// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package group

import (
	"sync"
	"time"

	"github.com/imgroup-operator/imgroup-operator/internal/event"
)

// gracePeriods remember since when the events of a group wait before they are dropped, and why. They are not kept over a
// restart: the wait then starts over.
type gracePeriods struct {
	mu  sync.Mutex
	all map[event.Key]grace
}

type grace struct {
	reason string
	since  time.Time
}

// left returns how much of a period is left for a group. It begins with the first question, and again with another reason.
func (p *gracePeriods) left(key event.Key, reason string, period time.Duration, now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.all == nil {
		p.all = map[event.Key]grace{}
	}
	g, ok := p.all[key]
	if !ok || g.reason != reason {
		g = grace{reason, now}
		p.all[key] = g
	}
	return period - now.Sub(g.since)
}

// end forgets the wait of a group.
func (p *gracePeriods) end(key event.Key) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.all, key)
}
