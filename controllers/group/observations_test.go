// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package group

import (
	"slices"
	"testing"

	"github.com/imgroup-operator/imgroup-operator/internal/event"
	"github.com/imgroup-operator/imgroup-operator/internal/queue"
)

// An observation that comes while an older one is written is not settled with it.
func TestANewerObservationOutlivesTheOneThatIsWritten(t *testing.T) {
	source := &queue.Source[Request]{}
	line := newLine(t, source)
	o := NewObservations(source)
	e := event.Event{Key: theKey}
	var got []string
	settled := func(name string) func(string) {
		return func(result string) { got = append(got, name+" "+result) }
	}
	o.Observe(e, settled("first"))
	first := o.get(theKey)
	o.ObserveInvalid(e, settled("second"))
	o.settle(first, "changed") // its place is taken, which has settled it
	second := o.get(theKey)
	if second == nil || !second.invalid || !second.observed || first.invalid {
		t.Fatalf("%+v waits", second)
	}
	if keys := o.keys(); !slices.Equal(keys, []event.Key{theKey}) {
		t.Errorf("%v wait", keys)
	}
	o.settle(second, "invalid")
	o.settle(second, "invalid")
	if !slices.Equal(got, []string{"first skipped", "second invalid"}) || o.get(theKey) != nil {
		t.Errorf("settled %q", got)
	}
	if woken := line.take(); !slices.Equal(woken, []string{"0chatg-100"}) {
		t.Errorf("they wake %q, want the group behind its callbacks", woken)
	}
}
