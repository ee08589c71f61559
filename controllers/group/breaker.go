// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package group

import (
	"math/rand/v2"
	"sync"
	"time"

	"github.com/imgroup-operator/imgroup-operator/internal/apps"
	"github.com/imgroup-operator/imgroup-operator/internal/event"
)

const (
	// parkedFor and up to twice that is how long a parked group waits if nothing wakes it, which the end of an outage does.
	parkedFor = time.Minute
	// probeTimeout bounds the probe; one that hangs has failed.
	probeTimeout = 5 * time.Second
)

// breaker is the circuit breaker. It is open in a time in which no write can succeed: one probe at a time finds the end, and
// all groups are parked until then. 200,000 that each ask every 5 s would take the processor from the receiver.
type breaker struct {
	mu      sync.Mutex
	probing bool     // a probe is due
	open    bool     // what the probe asks for cannot be reached
	unwoken bool     // an outage has ended; those that were parked are to be woken
	app     apps.Key // the IMApp that is asked for
	outages uint64   // that have ended
}

// trip opens the breaker after a write of a group that met what every write would meet, or only has that asked first. It
// reports whether a probe is due that was not.
func (b *breaker) trip(key event.Key, ask bool) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.open = b.open || !ask
	if b.probing {
		return false
	}
	b.probing, b.app = true, appOf(key)
	return true
}

// parked says how long a group shall wait; 0 while the breaker is closed.
func (b *breaker) parked() time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.open {
		return 0
	}
	return parkedFor + rand.N(parkedFor) //nolint:gosec // spreads load, guards nothing
}

// asks returns the IMApp that the probe asks for, if one is due.
func (b *breaker) asks() (apps.Key, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.app, b.probing
}

// probed takes the result of a probe.
func (b *breaker) probed(away bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if away {
		b.open = true
		return
	}
	if b.open {
		b.outages++
		b.unwoken = true
	}
	b.probing, b.open = false, false
}

// hasEnded reports whether an outage has ended after which nobody was woken.
func (b *breaker) hasEnded() bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.unwoken
}

// reset says that all were woken.
func (b *breaker) reset() {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.unwoken = false
}

// ended is the number of outages that have ended.
func (b *breaker) ended() uint64 {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.outages
}
