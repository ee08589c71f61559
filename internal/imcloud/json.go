// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package imcloud

import (
	"encoding/json"
	"strconv"
	"strings"
)

// The types of this file tolerate members of a type other than documented: one group with an odd field must not prevent
// the others from being read. encoding/json bounds the nesting.

// text is a string, or nothing if the member is absent or not a string.
type text struct {
	value string
	given bool
}

// UnmarshalJSON never fails.
func (t *text) UnmarshalJSON(b []byte) error {
	*t = text{}
	if b[0] == '"' {
		t.given = json.Unmarshal(b, &t.value) == nil
	}
	return nil
}

// errorCode is a number, or codeNotANumber.
type errorCode int

// UnmarshalJSON never fails.
func (c *errorCode) UnmarshalJSON(b []byte) error {
	n, err := strconv.ParseInt(strings.Trim(string(b), `"`), 10, 32)
	if err != nil {
		n = codeNotANumber
	}
	*c = errorCode(n)
	return nil
}

// cursor is an unsigned number of 64 bits. Tencent warns that it does not fit 32, and it does not fit a float64 either.
type cursor uint64

// UnmarshalJSON fails if it is not such a number: that must not end a list.
func (c *cursor) UnmarshalJSON(b []byte) error {
	n, err := strconv.ParseUint(strings.Trim(string(b), `"`), 10, 64)
	*c = cursor(n)
	return err
}

// pairs are the custom fields, by key. Those without a key or a value are left out, and all of them if it is not a list.
type pairs map[string]string

// UnmarshalJSON never fails.
func (p *pairs) UnmarshalJSON(b []byte) error {
	var list []struct {
		Key   text `json:"Key"`
		Value text `json:"Value"`
	}
	_ = json.Unmarshal(b, &list) // what is not a pair stays empty
	*p = pairs{}
	for _, pair := range list {
		if pair.Key.given && pair.Value.given {
			(*p)[pair.Key.value] = pair.Value.value
		}
	}
	return nil
}

// envelope is the part that all answers have. ErrorInfo is not read: it is for people, and from outside.
type envelope struct {
	ActionStatus text      `json:"ActionStatus"`
	ErrorCode    errorCode `json:"ErrorCode"`
}

// problem is the code of an answer; one that neither failed nor says OK is not Tencent's.
func (e envelope) problem() int {
	if e.ErrorCode == codeOK && e.ActionStatus.value != "OK" {
		return codeNotANumber
	}
	return int(e.ErrorCode)
}
