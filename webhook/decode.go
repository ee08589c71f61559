// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhook

import (
	"time"

	"github.com/imgroup-operator/imgroup-operator/internal/apps"
	"github.com/imgroup-operator/imgroup-operator/internal/event"
)

// decoded is what a callback says, and what had to be changed about it.
type decoded struct {
	event   event.Event
	command string   // as far as it is known
	cut     []string // fields that lost something to their bound
	clamped bool     // EventTime lay too far in the future
}

// decode makes an event of a verified callback. An event that is refused is lost, so it refuses only what names no
// group or could be about another thing than it says; the rest is made to fit.
func decode(app apps.App, q query, data []byte, received time.Time) (decoded, outcome) {
	d := decoded{command: q.command.value}
	if _, handled := kindOf(d.command); d.command != "" && !handled {
		return d, unhandled
	}
	b, valid := parseBody(data)
	inBody, _ := text(b.command)
	if d.command == "" {
		d.command = inBody
	}
	kind, handled := kindOf(d.command)
	groupID, _ := text(b.groupID)
	switch {
	case !handled:
		return d, unhandled
	case !valid:
		return d, badBody
	case groupID == "" || len(groupID) > event.MaxGroupIDBytes:
		return d, badGroupID
	case inBody != "" && inBody != d.command:
		return d, commandMismatch
	}
	d.event = event.Event{
		Key:      event.Key{Namespace: app.Key.Namespace, App: app.Key.Name, GroupID: groupID},
		SDKAppID: app.SDKAppID,
		Received: received,
		Count:    1,
		State:    d.state(kind, &b, q.platform.value, received),
	}
	return d, proceed
}

// state builds what the callback asserts about its group.
func (d *decoded) state(kind event.Kind, b *body, platform string, received time.Time) event.State {
	change := event.Change{Command: d.command, Source: event.Callback, Platform: d.bounded(event.Platform, platform)}
	change.Time, d.clamped = eventTime(b.eventTime, received)
	if kind == event.Disbanded { // names no operator, and says nothing that is worth keeping of a group that is gone
		return event.NewState(kind, change, nil)
	}
	operator, _ := text(b.operator)
	change.Operator = d.bounded(event.Operator, operator)
	return event.NewState(kind, change, d.values(b))
}
