// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package event

// The callback commands that the operator knows, as Tencent spells them.
const (
	CommandInfoChanged  = "Group.CallbackAfterGroupInfoChanged"
	CommandCreate       = "Group.CallbackAfterCreateGroup"
	CommandDestroyed    = "Group.CallbackAfterGroupDestroyed"
	CommandOwnerChanged = "Group.CallbackAfterChangeGroupOwner"
	CommandTopicChanged = "Group.CallbackAfterTopicInfoChanged" // not handled: a topic is no group
)
