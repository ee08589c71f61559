// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package deadletter

import (
	"time"

	"github.com/imgroup-operator/imgroup-operator/internal/event"
)

// letter is how the events of a group that were refused for good are written down for people.
type letter struct {
	Reason    string     `json:"reason"`
	Namespace string     `json:"namespace"`
	App       string     `json:"app"`
	GroupID   string     `json:"groupID"`
	SDKAppID  int64      `json:"sdkAppID"`
	Received  time.Time  `json:"received"`
	Count     int        `json:"count"`
	Last      change     `json:"lastChange"`
	Registers []register `json:"registers"`
}

type change struct {
	Time     int64    `json:"eventTimeMilliseconds"`
	Command  string   `json:"command"`
	Operator string   `json:"operator"`
	Platform string   `json:"platform"`
	Fields   []string `json:"fields"`
	Source   string   `json:"source"`
}

type register struct {
	Field string `json:"field"`
	Time  int64  `json:"eventTimeMilliseconds"`
	Value string `json:"value"`
}

func newLetter(ev event.Event, reason string) letter {
	c := ev.State.Last
	d := letter{
		Reason: reason, Namespace: ev.Key.Namespace, App: ev.Key.App, GroupID: ev.Key.GroupID,
		SDKAppID: ev.SDKAppID, Received: ev.Received.UTC().Truncate(time.Millisecond), Count: ev.Count,
		Last:      change{c.Time, c.Command, c.Operator, c.Platform, c.Fields, c.Source.String()},
		Registers: make([]register, 0, len(ev.State.Registers)),
	}
	for _, g := range ev.State.Registers {
		d.Registers = append(d.Registers, register{g.Field, g.Time, g.Value})
	}
	return d
}

// event is the reverse of newLetter.
func (d letter) event() event.Event {
	source := func(s string) event.Source {
		if s == event.REST.String() {
			return event.REST
		}
		return event.Callback
	}
	c := d.Last
	ev := event.Event{Key: event.Key{Namespace: d.Namespace, App: d.App, GroupID: d.GroupID}, SDKAppID: d.SDKAppID,
		Received: d.Received, Count: d.Count,
		State: event.State{Last: event.Change{Time: c.Time, Command: c.Command, Operator: c.Operator, Platform: c.Platform, Fields: c.Fields, Source: source(c.Source)}}}
	for _, r := range d.Registers {
		ev.State.Registers = append(ev.State.Registers, event.Register{Field: r.Field, Time: r.Time, Value: r.Value})
	}
	return ev
}
