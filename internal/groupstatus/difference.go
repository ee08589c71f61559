// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package groupstatus

import (
	"cmp"
	"slices"
	"strings"

	"github.com/imgroup-operator/imgroup-operator/internal/event"
	"github.com/imgroup-operator/imgroup-operator/internal/merge"
)

// Difference returns what of an event is not known yet. A callback counts as it is. Of an observation by REST what confirms
// the known state is left out, since a resync that finds nothing new must not write anything: values that are held already
// or that something newer has replaced, and the clocks of a group that lives, or does not, as is known. compact means that
// digests stand for the large texts of the known state.
func Difference(known, told event.State, compact bool) event.State {
	if told.Last.Source != event.REST {
		return told
	}
	var out event.State
	for _, r := range told.Registers {
		if old, had := known.Get(r.Field); !event.IsClock(r.Field) && !isHeld(r, old, had, compact) {
			out.Registers = append(out.Registers, r)
		}
	}
	values := len(out.Registers) > 0
	for _, clock := range []string{event.Alive, event.Destroyed} {
		if r, told := told.Get(clock); told && (values || turns(known, r)) {
			out.Registers = append(out.Registers, r)
		}
	}
	slices.SortFunc(out.Registers, byField)
	out.Last = changeBy(told.Last, out.Registers)
	return out
}

// isHeld reports whether an observed value is held already, or replaced by something newer, or is that of a custom field that
// the group never had.
func isHeld(r, held event.Register, had, compact bool) bool {
	if !had {
		return r.Value == "" && strings.HasPrefix(r.Field, event.CustomPrefix)
	}
	return IsValue(held, r.Value, compact) || isOlder(r, held, compact)
}

// isOlder reports whether the merge law prefers the register that is held. A digest cannot tell which of two values of the
// same time it prefers; then the text itself is read.
func isOlder(r, held event.Register, compact bool) bool {
	if r.Time == held.Time && compact && digested[r.Field] {
		return false
	}
	return merge.Compare(r, held) < 0
}

func byField(a, b event.Register) int { return cmp.Compare(a.Field, b.Field) }

// turns reports whether a clock makes a group live, or end, of which the contrary or nothing is known.
func turns(known event.State, clock event.Register) bool {
	then := merge.Join(known, event.State{Registers: []event.Register{clock}})
	return len(known.Registers) == 0 || merge.IsDestroyed(then) != merge.IsDestroyed(known)
}

// changeBy is the change that is made by those of an observation's registers that differ.
func changeBy(c event.Change, registers []event.Register) event.Change {
	if len(registers) == 0 {
		return event.Change{}
	}
	c.Fields = nil
	for _, r := range registers {
		if r.Field != event.Type && !event.IsClock(r.Field) {
			c.Fields = append(c.Fields, r.Field)
		}
	}
	return c
}
