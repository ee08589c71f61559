// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"sync"
	"time"

	"github.com/imgroup-operator/imgroup-operator/internal/event"
)

// How long events wait for an object that may still come.
const (
	appGoneHold     = 10 * time.Minute // a GitOps tool may delete and create an IMApp again
	notDeclaredHold = 30 * time.Second // the cache may lag behind a declaration
)

// holds remembers since when the events of a group wait for an object. It is not kept over a restart: the wait then
// begins anew.
type holds struct {
	mu    sync.Mutex
	since map[hold]time.Time
}

type hold struct {
	key  event.Key
	wait time.Duration
}

// left says how much of the wait is left for a key, which begins with the first question.
func (h *holds) left(key event.Key, wait time.Duration, now time.Time) time.Duration {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.since == nil {
		h.since = map[hold]time.Time{}
	}
	since, ok := h.since[hold{key, wait}]
	if !ok {
		since = now
		h.since[hold{key, wait}] = now
	}
	return wait - now.Sub(since)
}

// end forgets the waits of a key.
func (h *holds) end(key event.Key) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, wait := range []time.Duration{appGoneHold, notDeclaredHold} {
		delete(h.since, hold{key, wait})
	}
}

// endOthers ends the waits whose cause is gone: the IMApp is there, or it is the IMApp that is missing and not a
// declaration, or there is one.
func (h *holds) endOthers(key event.Key, appFound, groupFound bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if appFound {
		delete(h.since, hold{key, appGoneHold})
	}
	if !appFound || groupFound {
		delete(h.since, hold{key, notDeclaredHold})
	}
}
