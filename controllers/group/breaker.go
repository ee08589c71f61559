// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package group

import (
	"math/rand/v2"
	"sync/atomic"
	"time"

	"k8s.io/apimachinery/pkg/types"

	"github.com/imgroup-operator/imgroup-operator/internal/event"
)

const (
	// parkedFor and up to twice that is how long a parked group waits if nothing wakes it, which the end of an outage does.
	parkedFor = time.Minute
	// probeTimeout bounds the question whether the API server is back; one that hangs is away.
	probeTimeout = 5 * time.Second
)

// breaker is the circuit breaker: open in a time in which no write can succeed. One probe at a time finds its end, and all groups are parked until
// then: 200,000 that each ask every 5 s would take the processor from the receiver.
type breaker struct {
	asks atomic.Pointer[types.NamespacedName] // the IMApp that is asked for; nil = the API server is there
}

// open opens it; it reports whether it was closed until now, by a failed write of a group.
func (b *breaker) open(key event.Key) bool {
	return b.asks.CompareAndSwap(nil, &types.NamespacedName{Namespace: key.Namespace, Name: key.App})
}

// parked says how long a group shall wait; 0 without an outage.
func (b *breaker) parked() time.Duration {
	if b.asks.Load() == nil {
		return 0
	}
	return parkedFor + rand.N(parkedFor) //nolint:gosec // spreads load, guards nothing
}
