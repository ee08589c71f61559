// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package oracle

import (
	"encoding/json"
	"sort"
	"strconv"
	"strings"
	"time"
)

const (
	infoChanged  = "Group.CallbackAfterGroupInfoChanged"
	created      = "Group.CallbackAfterCreateGroup"
	destroyed    = "Group.CallbackAfterGroupDestroyed"
	ownerChanged = "Group.CallbackAfterChangeGroupOwner"
)

// fact is what one callback says.
type fact struct {
	groupID, command, operator, platform string
	time                                 int64
	values                               map[string]string // by field
}

// sentAs maps, for each command, keys of the body to fields.
var sentAs = map[string]map[string]string{
	infoChanged:  {"Type": "type", "Name": "name", "Introduction": "introduction", "Notification": "notification", "FaceUrl": "faceURL"},
	created:      {"Type": "type", "Name": "name", "Owner_Account": "owner"},
	ownerChanged: {"Type": "type", "NewOwner_Account": "owner"},
	destroyed:    {}, // moves the clock and no register
}

// sizes are the characters that a field can hold, as the API documents them; longer text is cut.
var sizes = map[string]int{"name": 1024, "introduction": 4096, "notification": 8192, "faceURL": 4096, "type": 256, "owner": 256}

const operatorSize, platformSize, customKeySize, customValueSize = 256, 64, 256, 4096

// read reads a callback, and reports whether it says anything about a group.
func read(c Callback) (fact, bool) {
	var body map[string]any
	if json.Unmarshal(c.Body, &body) != nil {
		return fact{}, false
	}
	command, _ := body["CallbackCommand"].(string)
	groupID, _ := body["GroupId"].(string)
	keys, handled := sentAs[command]
	if !handled || groupID == "" {
		return fact{}, false
	}
	f := fact{groupID: groupID, command: command, platform: cut(c.Platform, platformSize), values: map[string]string{}}
	f.time = eventTime(c)
	if command == destroyed {
		return f, true
	}
	operator, _ := body["Operator_Account"].(string)
	f.operator = cut(operator, operatorSize)
	for key, field := range keys {
		if value, ok := body[key].(string); ok {
			f.values[field] = cut(value, sizes[field])
		}
	}
	if command != ownerChanged {
		f.readCustomFields(body["UserDefinedDataList"])
	}
	return f, true
}

func (f *fact) readCustomFields(list any) {
	pairs, _ := list.([]any)
	for _, p := range pairs {
		pair, _ := p.(map[string]any)
		key, _ := pair["Key"].(string)
		value, ok := pair["Value"].(string)
		if ok && key != "" {
			f.values["custom/"+cut(key, customKeySize)] = cut(value, customValueSize)
		}
	}
}

// eventTime reads EventTime as milliseconds from a number or a string. What is no time, or one in seconds, and what
// lies more than five minutes ahead becomes the time of receipt.
func eventTime(c Callback) int64 {
	var body struct{ EventTime json.RawMessage }
	received := c.Received.UnixMilli()
	if json.Unmarshal(c.Body, &body) != nil {
		return received
	}
	ms, err := strconv.ParseInt(strings.Trim(string(body.EventTime), `" `), 10, 64)
	if err != nil || ms < 1e11 || ms > received+(5*time.Minute).Milliseconds() {
		return received
	}
	return ms
}

// change is the fact as lastChange shows it. The type, which every callback repeats, is not named.
func (f fact) change() Change {
	c := Change{Time: f.time, Command: f.command, Operator: f.operator, Platform: f.platform}
	for field := range f.values {
		if field != "type" {
			c.Fields = append(c.Fields, field)
		}
	}
	sort.Strings(c.Fields)
	return c
}

func cut(s string, characters int) string {
	if r := []rune(s); len(r) > characters {
		return string(r[:characters])
	}
	return s
}
