// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package merge is the merge law: the join of two states of one group. It is commutative, associative and
// idempotent, so replicas, replays, duplicates and late events all converge to the same state.
//
// It has no clock and no client, and nothing in it can fail.
package merge

import (
	"cmp"
	"slices"

	"github.com/imgroup-operator/imgroup-operator/internal/event"
)

// Join returns what a and b know together: the greatest register of each field, without registers older than the latest
// epoch, because a recreated group is a new group. The result shares the strings and the winning change's list of fields
// with its arguments.
func Join(a, b event.State) event.State {
	out := event.State{Last: newest(a.Last, b.Last), Registers: joinRegisters(a.Registers, b.Registers)}
	if epoch, ok := out.Get(event.Epoch); ok {
		out.Registers = slices.DeleteFunc(out.Registers, func(r event.Register) bool {
			return !event.IsClock(r.Field) && r.Time < epoch.Time
		})
	}
	return out
}

// IsDestroyed reports whether the group is disbanded: no event of a living group is newer than its destruction.
func IsDestroyed(s event.State) bool {
	destroyed, ok := s.Get(event.Destroyed)
	if !ok {
		return false
	}
	alive, _ := s.Get(event.Alive)
	return destroyed.Time >= alive.Time
}

// joinRegisters merges two sorted lists; if both have a field, the greater register stays.
func joinRegisters(a, b []event.Register) []event.Register {
	out := make([]event.Register, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		switch order := cmp.Compare(a[0].Field, b[0].Field); {
		case order < 0:
			out, a = append(out, a[0]), a[1:]
		case order > 0:
			out, b = append(out, b[0]), b[1:]
		default:
			out, a, b = append(out, greater(a[0], b[0])), a[1:], b[1:]
		}
	}
	return append(append(out, a...), b...)
}

func greater(a, b event.Register) event.Register {
	if Compare(b, a) > 0 {
		return b
	}
	return a
}

// Compare orders two registers of one field by time, then value bytewise.
func Compare(a, b event.Register) int {
	return cmp.Or(cmp.Compare(a.Time, b.Time), cmp.Compare(a.Value, b.Value))
}

// newest picks the greater change by time, command, operator, platform, fields and source.
func newest(a, b event.Change) event.Change {
	order := cmp.Or(cmp.Compare(a.Time, b.Time), cmp.Compare(a.Command, b.Command), cmp.Compare(a.Operator, b.Operator),
		cmp.Compare(a.Platform, b.Platform), slices.Compare(a.Fields, b.Fields), cmp.Compare(a.Source, b.Source))
	if order < 0 {
		return b
	}
	return a
}

// Since returns what of a state is not older than a time, in milliseconds since the Unix epoch, or of a field that is not
// settled, whatever its time; and whether that is anything at all.
func Since(s event.State, ms int64, settled func(field string) bool) (event.State, bool) {
	var out event.State
	for _, r := range s.Registers {
		if r.Time >= ms || !settled(r.Field) {
			out.Registers = append(out.Registers, r)
		}
	}
	if s.Last.Time >= ms {
		out.Last = s.Last
	}
	return out, len(out.Registers) > 0
}

// Fold joins two events of a group into one; b is the newer one. States of different applications never mix: b stays, for the
// IMApp was recreated with another SDKAppID.
func Fold(a, b event.Event) event.Event {
	if a.SDKAppID != b.SDKAppID {
		return b
	}
	b.State = Join(a.State, b.State)
	b.Count += a.Count
	if a.Received.Before(b.Received) {
		b.Received = a.Received
	}
	return b
}
