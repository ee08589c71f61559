// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

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

// outage is a time in which no write can succeed. One question at a time finds its end, and all groups are parked until
// then: 200,000 that each ask every 5 s would take the processor from the receiver.
type outage struct {
	asks atomic.Pointer[types.NamespacedName] // the IMApp that is asked for; nil = the API server is there
}

// began tells whether it did just now, by a failed write of a group.
func (o *outage) began(key event.Key) bool {
	return o.asks.CompareAndSwap(nil, &types.NamespacedName{Namespace: key.Namespace, Name: key.App})
}

// parked says how long a group shall wait; 0 without an outage.
func (o *outage) parked() time.Duration {
	if o.asks.Load() == nil {
		return 0
	}
	return parkedFor + rand.N(parkedFor) //nolint:gosec // spreads load, guards nothing
}
