// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhook

// body holds the raw values of the members that matter, nil where absent. Of a repeated key the last value counts.
type body struct {
	command, groupID, eventTime, operator          []byte
	typ, name, introduction, notification, faceURL []byte
	owner, newOwner                                []byte
	customFields                                   []byte // a list of pairs
}

// parseBody reads a callback's body, one JSON object. Unknown members occur in captured traffic and are ignored.
func parseBody(data []byte) (body, bool) {
	var b body
	if !isObject(data) {
		return b, false
	}
	members(data, func(key, value []byte) {
		if dst := b.member(key); dst != nil {
			*dst = value
		}
	})
	return b, true
}

// member finds where a member belongs. The keys are Tencent's, to the letter.
func (b *body) member(key []byte) *[]byte {
	switch string(key) {
	case "CallbackCommand":
		return &b.command
	case "GroupId":
		return &b.groupID
	case "EventTime":
		return &b.eventTime
	case "Operator_Account":
		return &b.operator
	case "Type":
		return &b.typ
	case "Name":
		return &b.name
	case "Introduction":
		return &b.introduction
	case "Notification":
		return &b.notification
	case "FaceUrl":
		return &b.faceURL
	case "Owner_Account":
		return &b.owner
	case "NewOwner_Account":
		return &b.newOwner
	case "UserDefinedDataList":
		return &b.customFields
	}
	return nil
}
