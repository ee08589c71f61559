// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package merge_test

import (
	"bytes"
	"fmt"
	"sort"

	"github.com/imgroup-operator/imgroup-operator/internal/event"
)

// observation is one raw event, as it would be seen before any merging.
type observation struct {
	kind                        event.Kind
	time                        int64
	source                      event.Source
	command, operator, platform string
	values                      []event.Value // no field twice
}

// state is what the operator makes of the observation.
func (o observation) state() event.State {
	return event.NewState(o.kind, event.Change{
		Time: o.time, Command: o.command, Operator: o.operator, Platform: o.platform, Source: o.source,
	}, o.values)
}

func (o observation) String() string {
	return fmt.Sprintf("{%d %d %s %s %s %s %q}", o.kind, o.time, o.source, o.command, o.operator, o.platform, o.values)
}

// slowState is the merge law read aloud: it looks at all raw observations at once and asks each sentence of them.
// It is the judge of the fast version, so it shares no code with it and joins nothing.
func slowState(all []observation) event.State {
	var s event.State
	epoch, created := slowClock(all, func(o observation) bool { return o.kind == event.Created })
	alive, lived := slowClock(all, func(o observation) bool { return o.kind != event.Disbanded })
	destroyed, disbanded := slowClock(all, func(o observation) bool { return o.kind == event.Disbanded })
	for _, field := range slowFields(all) {
		if r := slowRegister(all, field); !created || r.Time >= epoch.Time {
			s.Registers = append(s.Registers, r)
		}
	}
	if lived {
		s.Registers = append(s.Registers, event.Register{Field: "alive", Time: alive.Time})
	}
	if disbanded {
		s.Registers = append(s.Registers, event.Register{Field: "destroyed", Time: destroyed.Time})
	}
	if created {
		s.Registers = append(s.Registers, event.Register{Field: "epoch", Time: epoch.Time})
	}
	sort.Slice(s.Registers, func(i, j int) bool { return s.Registers[i].Field < s.Registers[j].Field })
	s.Last = slowLast(all)
	return s
}

// slowDestroyed asks the law whether the group is destroyed.
func slowDestroyed(all []observation) bool {
	for _, d := range all {
		if d.kind == event.Disbanded && allOf(all, func(o observation) bool { return o.kind == event.Disbanded || o.time <= d.time }) {
			return true
		}
	}
	return false
}

// slowClock finds the greatest time of the events that match.
func slowClock(all []observation, match func(observation) bool) (greatest event.Register, found bool) {
	for _, o := range all {
		if !match(o) {
			continue
		}
		if !found || o.time > greatest.Time {
			greatest, found = event.Register{Time: o.time}, true
		}
	}
	return greatest, found
}

// slowFields lists the fields that an event other than a destroy speaks of.
func slowFields(all []observation) []string {
	var fields []string
	seen := map[string]bool{}
	for _, o := range all {
		for _, v := range o.values {
			if o.kind != event.Disbanded && !seen[v.Field] {
				seen[v.Field] = true
				fields = append(fields, v.Field)
			}
		}
	}
	return fields
}

// slowRegister finds the one candidate that no other candidate beats.
func slowRegister(all []observation, field string) event.Register {
	var candidates []event.Register
	for _, o := range all {
		for _, v := range o.values {
			if o.kind != event.Disbanded && v.Field == field {
				candidates = append(candidates, event.Register{Field: field, Time: o.time, Value: v.Value})
			}
		}
	}
	for _, c := range candidates {
		if allOf(candidates, func(other event.Register) bool { return !slowBeats(other, c) }) {
			return c
		}
	}
	panic("every candidate is beaten by another: the order has a circle")
}

func slowBeats(a, b event.Register) bool {
	if a.Time != b.Time {
		return a.Time > b.Time
	}
	return bytes.Compare([]byte(a.Value), []byte(b.Value)) > 0
}

// slowLast finds the change that no other change is greater than.
func slowLast(all []observation) event.Change {
	for _, o := range all {
		if allOf(all, func(other observation) bool { return !slowNewer(other, o) }) {
			return event.Change{Time: o.time, Command: o.command, Operator: o.operator, Platform: o.platform,
				Fields: slowChangedFields(o), Source: o.source}
		}
	}
	return event.Change{}
}

func slowNewer(a, b observation) bool {
	if a.time != b.time {
		return a.time > b.time
	}
	if a.command != b.command {
		return a.command > b.command
	}
	if a.operator != b.operator {
		return a.operator > b.operator
	}
	if a.platform != b.platform {
		return a.platform > b.platform
	}
	fa, fb := slowChangedFields(a), slowChangedFields(b)
	for i := 0; i < len(fa) && i < len(fb); i++ {
		if fa[i] != fb[i] {
			return fa[i] > fb[i]
		}
	}
	if len(fa) != len(fb) {
		return len(fa) > len(fb)
	}
	return a.source == event.Callback && b.source == event.REST
}

// slowChangedFields lists the fields a change names to people: not the type, which every callback repeats.
func slowChangedFields(o observation) []string {
	var fields []string
	for _, v := range o.values {
		if o.kind != event.Disbanded && v.Field != "type" {
			fields = append(fields, v.Field)
		}
	}
	sort.Strings(fields)
	return fields
}

func allOf[T any](list []T, ok func(T) bool) bool {
	for _, v := range list {
		if !ok(v) {
			return false
		}
	}
	return true
}
