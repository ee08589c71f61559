// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package group

import (
	"maps"
	"slices"
	"sync"

	"github.com/imgroup-operator/imgroup-operator/internal/event"
	"github.com/imgroup-operator/imgroup-operator/internal/metrics"
	"github.com/imgroup-operator/imgroup-operator/internal/queue"
)

// observation is what the REST API said of one group, on its way through group sync. It is not in the journal: it can
// be fetched again.
type observation struct {
	told
	settled func(result string) // called once, with a value of the metric's label result
}

// Observations wait for group sync, one of each group. Who puts them there bounds their number.
type Observations struct {
	queue *queue.Source[Request]

	mu    sync.Mutex
	byKey map[event.Key]*observation
}

// NewObservations makes room for what is observed; the queue is that of group sync.
func NewObservations(q *queue.Source[Request]) *Observations {
	return &Observations{queue: q, byKey: map[event.Key]*observation{}}
}

// Observe brings into group sync what the REST API says of a group. settled is called once, when the API server has it
// or does not need it; until then the observation takes memory.
func (o *Observations) Observe(seen event.Event, settled func(result string)) {
	o.put(&observation{told: told{event: seen, observed: true}, settled: settled})
}

// ObserveInvalid is Observe for an ID that no group has or ever will, as the REST API says: the event is the end of a group.
func (o *Observations) ObserveInvalid(seen event.Event, settled func(result string)) {
	o.put(&observation{told: told{event: seen, observed: true, invalid: true}, settled: settled})
}

// put replaces an older observation of the group, which nobody needs any more.
func (o *Observations) put(seen *observation) {
	o.mu.Lock()
	old := o.byKey[seen.event.Key]
	o.byKey[seen.event.Key] = seen
	o.mu.Unlock()
	if old != nil {
		old.settled(metrics.ResyncSkipped)
	}
	o.queue.PushLow(Of(seen.event.Key))
}

func (o *Observations) get(key event.Key) *observation {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.byKey[key]
}

func (o *Observations) keys() []event.Key {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Collect(maps.Keys(o.byKey))
}

// settle ends the way of an observation, unless a newer one has taken its place.
func (o *Observations) settle(seen *observation, result string) {
	o.mu.Lock()
	current := o.byKey[seen.event.Key] == seen
	if current {
		delete(o.byKey, seen.event.Key)
	}
	o.mu.Unlock()
	if current {
		seen.settled(result)
	}
}
