// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package fakeim

import "maps"

// The handled commands, and the one that shares their switch and must change nothing.
const (
	CommandInfoChanged      = "Group.CallbackAfterGroupInfoChanged"
	CommandCreated          = "Group.CallbackAfterCreateGroup"
	CommandDestroyed        = "Group.CallbackAfterGroupDestroyed"
	CommandOwnerChanged     = "Group.CallbackAfterChangeGroupOwner"
	CommandTopicInfoChanged = "Group.CallbackAfterTopicInfoChanged"
)

// Body is the body of a callback, with the documented keys. Where a builder takes an event time, a number is sent
// as a number, a string as a string, and nil not at all: all three are on record.
type Body map[string]any

// Epoch is what event times count from that are given to a builder as a small int: tests can say 1000 and 2000, while the
// operator takes no time before 1973 for one.
const Epoch = 1_600_000_000_000

func (b Body) at(eventTime any) Body {
	if ms, isInt := eventTime.(int); isInt && ms < 1e11 {
		eventTime = Epoch + ms
	}
	return b.With("EventTime", eventTime)
}

// With returns the body with one key set, or left out if the value is nil.
func (b Body) With(key string, value any) Body {
	b = maps.Clone(b)
	if value == nil {
		delete(b, key)
	} else {
		b[key] = value
	}
	return b
}

// InfoChanged says that a group's information changed. The changes are the keys Name, Introduction, Notification,
// FaceUrl and UserDefinedDataList, only those that changed.
func InfoChanged(groupID string, eventTime any, changes Body) Body {
	b := Body{"CallbackCommand": CommandInfoChanged, "GroupId": groupID, "Operator_Account": "leckie", "Type": "Public"}
	maps.Copy(b, changes)
	return b.at(eventTime)
}

// Created says that a group was created.
func Created(groupID string, eventTime any, owner, name string) Body {
	return Body{
		"CallbackCommand": CommandCreated, "GroupId": groupID, "MemberList": members(owner), "Name": name,
		"Operator_Account": owner, "Owner_Account": owner, "Type": "Public",
	}.at(eventTime)
}

// Destroyed says that a group was disbanded. It names no operator.
func Destroyed(groupID string, eventTime any, owner, name string) Body {
	return Body{
		"CallbackCommand": CommandDestroyed, "GroupId": groupID, "MemberList": members(owner), "Name": name,
		"Owner_Account": owner, "Type": "Public",
	}.at(eventTime)
}

// OwnerChanged says that a group has a new owner.
func OwnerChanged(groupID string, eventTime any, oldOwner, newOwner string) Body {
	return Body{
		"CallbackCommand": CommandOwnerChanged, "GroupId": groupID, "NewOwner_Account": newOwner,
		"OldOwner_Account": oldOwner, "Operator_Account": "administrator", "Type": "Public",
	}.at(eventTime)
}

// TopicInfoChanged says that a topic of a community changed. It names only the community, and no time.
func TopicInfoChanged(communityID string, changes Body) Body {
	b := Body{"CallbackCommand": CommandTopicInfoChanged, "GroupId": communityID, "Operator_Account": "leckie", "Type": "Community"}
	maps.Copy(b, changes)
	return b
}

// CustomFields is the value of UserDefinedDataList: keys and values by turns.
func CustomFields(pairs ...string) []any {
	list := []any{}
	for i := 0; i+1 < len(pairs); i += 2 {
		list = append(list, map[string]any{"Key": pairs[i], "Value": pairs[i+1]})
	}
	return list
}

func members(account string) []any { return []any{map[string]any{"Member_Account": account}} }
