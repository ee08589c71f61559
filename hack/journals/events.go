// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"strings"
	"time"

	"github.com/imgroup-operator/imgroup-operator/internal/event"
)

func key(group int) event.Key {
	app := fmt.Sprintf("production-%02d", group%16) // for an app may have half of a journal
	return event.Key{Namespace: "messaging", App: app, GroupID: fmt.Sprintf("@TGS#%08d", group)}
}

// changed is a callback for a group: 356 bytes when encoded, of which text is most.
func changed(group int, at int64) event.Event {
	change := event.Change{
		Time: at, Command: "Group.CallbackAfterGroupInfoChanged", Operator: "administrator", Platform: "RESTAPI",
		Source: event.Callback,
	}
	values := []event.Value{
		{Field: event.Type, Value: "Public"},
		{Field: event.Name, Value: name(group, at)},
		{Field: event.Notification, Value: notification},
	}
	return event.Event{
		Key: key(group), SDKAppID: 1400000000, Received: time.UnixMilli(at), Count: 1,
		State: event.NewState(event.Changed, change, values),
	}
}

func name(group int, at int64) string { return fmt.Sprintf("Group %d at %d", group, at) }

var notification = strings.Repeat("What it says. ", 8)
