// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhook

import "github.com/imgroup-operator/imgroup-operator/internal/event"

// member is one that matters of a callback's body. All others are skipped: unknown ones occur in captured traffic.
type member int

const (
	commandMember member = iota
	groupIDMember
	eventTimeMember
	operatorMember
	typeMember
	nameMember
	introductionMember
	notificationMember
	faceURLMember
	ownerMember
	newOwnerMember
	customMember // a list, see customFields
	members      // how many there are
)

// memberNames are Tencent's, to the letter.
var memberNames = map[string]member{
	"CallbackCommand":     commandMember,
	"GroupId":             groupIDMember,
	"EventTime":           eventTimeMember,
	"Operator_Account":    operatorMember,
	"Type":                typeMember,
	"Name":                nameMember,
	"Introduction":        introductionMember,
	"Notification":        notificationMember,
	"FaceUrl":             faceURLMember,
	"Owner_Account":       ownerMember,
	"NewOwner_Account":    newOwnerMember,
	"UserDefinedDataList": customMember,
}

// memberBytes are how long a member's value may be in JSON beyond maxShortToken.
var memberBytes = [members]int{
	groupIDMember:      event.MaxGroupIDBytes * escapeLength,
	operatorMember:     jsonBytes(event.Operator),
	typeMember:         jsonBytes(event.Type),
	nameMember:         jsonBytes(event.Name),
	introductionMember: jsonBytes(event.Introduction),
	notificationMember: jsonBytes(event.Notification),
	faceURLMember:      jsonBytes(event.FaceURL),
	ownerMember:        jsonBytes(event.Owner),
	newOwnerMember:     jsonBytes(event.Owner),
}

// jsonBytes is what a field's bound takes at most, in JSON with a pair of escape sequences for each character.
func jsonBytes(field string) int { return event.Bound(field) * 2 * escapeLength }

// body is what a callback's body says. Of a repeated member the last value counts.
type body struct {
	values [members]value
	custom customFields
}

// value is that of a member which is a string or a number; zero if it is absent or anything else. Of what names
// something the text counts either way: some senders write IDs of digits as numbers.
type value struct {
	text   string // of a number its digits, as they were written
	quoted bool   // it is a string
	broken bool   // something in the string is not text and became U+FFFD
}

// string is a text that was given as a string.
func (v value) string() string {
	if v.quoted {
		return v.text
	}
	return ""
}
