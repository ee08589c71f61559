// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package group

import (
	"sync"
	"time"

	"github.com/imgroup-operator/imgroup-operator/internal/event"
)

// How long events wait for an object that may still come.
const (
	appGoneGrace     = 10 * time.Minute // a GitOps tool may delete and create an IMApp again
	notDeclaredGrace = 30 * time.Second // the cache may lag behind a declaration
)

// gracePeriods remembers since when the events of a group wait for an object. It is not kept over a restart: the wait then
// begins anew.
type gracePeriods struct {
	mu    sync.Mutex
	since map[grace]time.Time
}

type grace struct {
	key  event.Key
	wait time.Duration
}

// left says how much of the wait is left for a key, which begins with the first question.
func (p *gracePeriods) left(key event.Key, wait time.Duration, now time.Time) time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.since == nil {
		p.since = map[grace]time.Time{}
	}
	since, ok := p.since[grace{key, wait}]
	if !ok {
		since = now
		p.since[grace{key, wait}] = now
	}
	return wait - now.Sub(since)
}

// end forgets the waits of a key.
func (p *gracePeriods) end(key event.Key) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, wait := range []time.Duration{appGoneGrace, notDeclaredGrace} {
		delete(p.since, grace{key, wait})
	}
}

// endOthers ends the waits whose cause is gone: the IMApp is there, or it is the IMApp that is missing and not a
// declaration, or there is one.
func (p *gracePeriods) endOthers(key event.Key, appFound, groupFound bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if appFound {
		delete(p.since, grace{key, appGoneGrace})
	}
	if !appFound || groupFound {
		delete(p.since, grace{key, notDeclaredGrace})
	}
}
