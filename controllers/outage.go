// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"maps"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/imgroup-operator/imgroup-operator/internal/event"
)

const (
	// outageProbes is how many groups ask in an outage, each at its back-off. One could wait long: its request may hang.
	outageProbes = 64
	// probeLife is how long a group counts as one that asks: longer than a request that hangs and the back-off after it.
	probeLife = reconcileTimeout + 2*backoffMax
	// parkedFor and up to twice that is how long a parked group waits if nothing wakes it, which the end of an outage does.
	parkedFor = time.Minute
)

// outage lets a few groups ask whether the API server is back. The others are parked: 200,000 that each ask every 5 s
// would take the processor from the receiver.
type outage struct {
	mu     sync.Mutex
	away   bool
	probes map[event.Key]time.Time // when they asked last
}

// parked says how long a group shall leave the asking to others; 0 for one that may ask.
func (o *outage) parked(key event.Key, now time.Time) time.Duration {
	o.mu.Lock()
	defer o.mu.Unlock()
	if _, asks := o.probes[key]; !o.away || asks || o.room(now) {
		return 0
	}
	return parkedFor + rand.N(parkedFor) //nolint:gosec // spreads load, guards nothing
}

// failed is told of a request that an API server that is away has not answered.
func (o *outage) failed(key event.Key, now time.Time) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.probes == nil {
		o.probes = map[event.Key]time.Time{}
	}
	if _, asks := o.probes[key]; asks || o.room(now) {
		o.probes[key] = now
	}
	o.away = true
}

// room forgets probes that ask no longer when there is none.
func (o *outage) room(now time.Time) bool {
	if len(o.probes) >= outageProbes {
		maps.DeleteFunc(o.probes, func(_ event.Key, asked time.Time) bool { return now.Sub(asked) > probeLife })
	}
	return len(o.probes) < outageProbes
}

// over is told of an answer, and tells whether it ends an outage.
func (o *outage) over() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	was := o.away
	o.away, o.probes = false, nil
	return was
}
