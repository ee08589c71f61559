// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package event holds the single currency of the operator: an Event is what one observation of a group asserts,
// from a callback or from the REST API. An Event carries a State, an element of the merge law's lattice:
// joining events in any order and any number of times gives the same State, so events of one group can be folded
// into one at any stage without losing anything that matters.
package event

import (
	"cmp"
	"slices"
	"time"
)

// Key names one group of one IMApp.
type Key struct {
	Namespace string
	App       string // name of the IMApp
	GroupID   string // exactly as Tencent sends it, 1 to 128 bytes
}

// Source is the path by which an observation arrived. Of two changes that are the same otherwise the latest is the callback's.
type Source uint8

// The sources, weakest first. The numbers are part of the journal's record format.
const (
	REST     Source = 1
	Callback Source = 2
)

// String is the name used in the API: REST or Callback.
func (s Source) String() string {
	if s == REST {
		return "REST"
	}
	return "Callback"
}

// Fields of a group: the registers of the merge law and its three clocks.
const (
	Name         = "name"
	Introduction = "introduction"
	Notification = "notification"
	FaceURL      = "faceURL"
	Type         = "type"
	Owner        = "owner"

	// CustomPrefix precedes the key of a custom field.
	CustomPrefix = "custom/"

	// Alive is the greatest time of any event but a destroy, Destroyed the greatest time of a destroy,
	// Epoch the greatest time of a creation. Their registers have an empty value.
	Alive     = "alive"
	Destroyed = "destroyed"
	Epoch     = "epoch"
)

// IsClock reports whether the field is one of the clocks alive, destroyed and epoch.
func IsClock(field string) bool { return field == Alive || field == Destroyed || field == Epoch }

// Register is one field's value with the time as of which it is known.
type Register struct {
	Field string
	Time  int64 // event time, milliseconds since the Unix epoch
	Value string
}

// Change describes one event for people: who did what, when. The latest one of a group is kept.
type Change struct {
	Time     int64 // event time, milliseconds since the Unix epoch
	Command  string
	Operator string
	Platform string
	Fields   []string // sorted, without type, which every callback repeats
	Source   Source
}

// State is what is known of a group. The zero State knows nothing.
type State struct {
	Registers []Register // sorted by Field, one each
	Last      Change
}

// Event is an observation of one group, or several folded into one.
type Event struct {
	Key      Key
	SDKAppID int64     // the application the observation belongs to; states of different applications never mix
	Received time.Time // when the (oldest folded) observation reached us; for measuring lag only
	Count    int       // how many observations are folded into this one, at least 1
	State    State
}

// Kind is what happened to the group.
type Kind uint8

// The kinds of observation.
const (
	Changed   Kind = iota // some fields have new values
	Created               // the group came to be: an epoch begins
	Disbanded             // the group was disbanded: the clock moves, no register does
)

// Value is a field's new value.
type Value struct{ Field, Value string }

// NewState builds what an observation asserts: its values, each with the change's time, and the clocks that
// its kind moves. If a field is given twice, the last value counts. The change's Fields are filled in.
func NewState(kind Kind, change Change, values []Value) State {
	at := func(field, value string) Register {
		return Register{Field: field, Time: change.Time, Value: value}
	}
	if kind == Disbanded {
		return State{Registers: []Register{at(Destroyed, "")}, Last: change}
	}
	registers := make([]Register, 0, len(values)+2)
	for _, v := range slices.Backward(values) {
		registers = append(registers, at(v.Field, v.Value))
	}
	registers = append(registers, at(Alive, ""))
	if kind == Created {
		registers = append(registers, at(Epoch, ""))
	}
	slices.SortStableFunc(registers, func(a, b Register) int { return cmp.Compare(a.Field, b.Field) })
	registers = slices.CompactFunc(registers, func(a, b Register) bool { return a.Field == b.Field })
	for _, r := range registers {
		if r.Field != Type && !IsClock(r.Field) {
			change.Fields = append(change.Fields, r.Field)
		}
	}
	return State{Registers: registers, Last: change}
}

// Get returns the register of a field.
func (s State) Get(field string) (Register, bool) {
	i, found := slices.BinarySearchFunc(s.Registers, field, func(r Register, f string) int { return cmp.Compare(r.Field, f) })
	if !found {
		return Register{}, false
	}
	return s.Registers[i], true
}
