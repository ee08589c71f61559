// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package oracle computes, from the callbacks that were acknowledged, what every IMGroup must say in the end. It works
// from the design's definition alone and shares no code with the operator, so crash and chaos tests can compare live
// objects with it. It is slow and meant to be obvious: it keeps every callback and goes through all for each question.
package oracle

import (
	"slices"
	"sort"
	"time"
)

// Callback is one acknowledged callback.
type Callback struct {
	Body     []byte    // as it was sent
	Platform string    // the URL's OptPlatform
	Received time.Time // stands in for an EventTime that is no time; so precise tests send one
}

// Group is what is known of a group. Nil means not known, "" known to be empty.
type Group struct {
	Type, Owner                               *string
	Name, Introduction, Notification, FaceURL *string
	CustomFields                              map[string]string
	DestroyedTime                             int64            // milliseconds; 0: lives, as far as is known
	Times                                     map[string]int64 // milliseconds, by field and clock
	LastChange                                Change
}

// Change is the newest change of a group.
type Change struct {
	Time                        int64 // milliseconds
	Command, Operator, Platform string
	Fields                      []string
}

// Expect returns what each group must be after these callbacks of one application, in whatever order they were
// received. Callbacks that change nothing, such as a topic's, may be among them.
func Expect(callbacks []Callback) map[string]Group {
	byGroup := map[string][]fact{}
	for _, c := range callbacks {
		if f, ok := read(c); ok {
			byGroup[f.groupID] = append(byGroup[f.groupID], f)
		}
	}
	groups := map[string]Group{}
	for id, facts := range byGroup {
		groups[id] = expectGroup(facts)
	}
	return groups
}

func expectGroup(facts []fact) Group {
	alive := newest(facts, func(f fact) bool { return f.command != destroyed })
	gone := newest(facts, func(f fact) bool { return f.command == destroyed })
	epoch := newest(facts, func(f fact) bool { return f.command == created })

	g := Group{CustomFields: map[string]string{}, Times: map[string]int64{}}
	for clock, t := range map[string]int64{"alive": alive, "destroyed": gone, "epoch": epoch} {
		if t > 0 {
			g.Times[clock] = t
		}
	}
	for field, candidates := range byField(facts) {
		if winner := last(candidates); winner.time >= epoch {
			g.Times[field] = winner.time
			g.set(field, winner.value)
		}
	}
	if gone > 0 && gone >= alive {
		g.DestroyedTime = gone
	}
	g.LastChange = lastChange(facts)
	return g
}

// newest is the greatest time of the facts that match, 0 if there is none.
func newest(facts []fact, match func(fact) bool) (t int64) {
	for _, f := range facts {
		if match(f) {
			t = max(t, f.time)
		}
	}
	return t
}

// candidate is a value that some callback gave to a field.
type candidate struct {
	time  int64
	value string
}

func byField(facts []fact) map[string][]candidate {
	fields := map[string][]candidate{}
	for _, f := range facts {
		for field, value := range f.values {
			fields[field] = append(fields[field], candidate{f.time, value})
		}
	}
	return fields
}

// last is the candidate with the greatest time, and of those the one with the bytewise greatest value.
func last(candidates []candidate) candidate {
	sort.Slice(candidates, func(i, j int) bool {
		if candidates[i].time != candidates[j].time {
			return candidates[i].time < candidates[j].time
		}
		return candidates[i].value < candidates[j].value
	})
	return candidates[len(candidates)-1]
}

// lastChange is the greatest change by time, command, operator, platform and fields. All are callbacks here, so the
// source decides nothing.
func lastChange(facts []fact) Change {
	changes := make([]Change, 0, len(facts))
	for _, f := range facts {
		changes = append(changes, f.change())
	}
	sort.Slice(changes, func(i, j int) bool { return changes[i].before(changes[j]) })
	return changes[len(changes)-1]
}

func (c Change) before(d Change) bool {
	if c.Time != d.Time {
		return c.Time < d.Time
	}
	left, right := []string{c.Command, c.Operator, c.Platform}, []string{d.Command, d.Operator, d.Platform}
	if !slices.Equal(left, right) {
		return slices.Compare(left, right) < 0
	}
	return slices.Compare(c.Fields, d.Fields) < 0
}
