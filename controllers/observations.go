// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"maps"
	"slices"
	"sync"

	"github.com/imgroup-operator/imgroup-operator/internal/event"
)

// observation is what the REST API said of one group, on its way through group sync. It is not in the journal: it can
// be fetched again.
type observation struct {
	event   event.Event
	invalid bool                // the API says that no group can have this ID; the event has a key alone
	settled func(result string) // called once, with a value of the metric's label result
}

// observations wait for group sync, one of each group. Who puts them there bounds their number.
type observations struct {
	mu    sync.Mutex
	byKey map[event.Key]*observation
}

// put replaces an older observation of the group, which nobody needs any more.
func (o *observations) put(seen *observation, replaced string) {
	o.mu.Lock()
	old := o.byKey[seen.event.Key]
	if o.byKey == nil {
		o.byKey = map[event.Key]*observation{}
	}
	o.byKey[seen.event.Key] = seen
	o.mu.Unlock()
	if old != nil {
		old.settled(replaced)
	}
}

func (o *observations) get(key event.Key) *observation {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.byKey[key]
}

func (o *observations) keys() []event.Key {
	o.mu.Lock()
	defer o.mu.Unlock()
	return slices.Collect(maps.Keys(o.byKey))
}

// settle ends the way of an observation, unless a newer one has taken its place.
func (o *observations) settle(seen *observation, result string) {
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
