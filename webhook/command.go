// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhook

import (
	"github.com/imgroup-operator/imgroup-operator/internal/event"
	"github.com/imgroup-operator/imgroup-operator/internal/metrics"
)

// The commands that are stored. Every other one is answered with OK and forgotten: to the sender of a Before command
// anything else would refuse what a user does.
const (
	infoChanged  = event.CommandInfoChanged
	created      = event.CommandCreate
	disbanded    = event.CommandDestroyed
	ownerChanged = event.CommandOwnerChanged
)

// topicChanged shares the console's switch with infoChanged. Its GroupId is the community that owns the topic and its
// texts are the topic's, so it must never reach the community's IMGroup.
const topicChanged = event.CommandTopicChanged

// kindOf tells what a command says about its group, and whether it is stored at all.
func kindOf(command string) (kind event.Kind, handled bool) {
	switch command {
	case infoChanged, ownerChanged:
		return event.Changed, true
	case created:
		return event.Created, true
	case disbanded:
		return event.Disbanded, true
	}
	return 0, false
}

// labelOf bounds the values of the metric's label: senders choose commands.
func labelOf(command string) string {
	switch command {
	case "":
		return metrics.CommandNone
	case infoChanged, created, disbanded, ownerChanged, topicChanged:
		return command
	}
	return metrics.CommandOther
}

// mayBeHandled reports whether the URL's command, if there is one, leaves it to the body what becomes of the callback.
func mayBeHandled(command string) bool {
	_, handled := kindOf(command)
	return handled || command == ""
}
