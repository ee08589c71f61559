// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"errors"
	"strconv"
	"strings"

	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

// template is one callback as bytes on the wire. Between two callbacks only digits of it change, in place.
type template struct {
	text        []byte
	requestTime int   // where the query's RequestTime is
	sign        int   // where the query's Sign is
	group       int   // where the number of the group is
	eventTime   []int // where the event time is: in EventTime, and in the text that changed
	signed      *signature
}

// What stands in a template until it is set. It must be found nowhere else.
const (
	anyGroup     = 7654321
	anyEventTime = 1234567890123
)

// notice is the text that a callback of the load gives to the notification of its group.
func notice(eventTime int64) string {
	return "The weekly meeting moves to Friday, 15:00, room 4. Notice " + strconv.FormatInt(eventTime, 10)
}

// newTemplate writes a callback as fakeim does, which is as Tencent does, and finds the places in it. More is added to
// the text.
func newTemplate(ctx context.Context, url, more string) (*template, error) {
	sender := fakeim.Sender{URL: url, SDKAppID: sdkAppID, Token: token}
	request, err := sender.Request(ctx, fakeim.InfoChanged(groupID(anyGroup), anyEventTime, fakeim.Body{"Notification": notice(anyEventTime) + more}))
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	if err := request.Write(&b); err != nil {
		return nil, err
	}
	t := &template{text: b.Bytes()}
	t.requestTime = after(t.text, "RequestTime=")
	t.sign = after(t.text, "Sign=")
	t.group = after(t.text, groupPrefix)
	t.eventTime = places(t.text, strconv.Itoa(anyEventTime))
	if t.requestTime < 0 || t.sign < 0 || t.group < 0 || len(t.eventTime) != 2 {
		return nil, errors.New("the callback is not as expected: " + b.String())
	}
	return t, nil
}

// after is the place that follows a text, or -1.
func after(b []byte, text string) int {
	i := bytes.Index(b, []byte(text))
	if i < 0 {
		return i
	}
	return i + len(text)
}

func places(b []byte, text string) (found []int) {
	for i := 0; ; i += len(text) {
		next := strings.Index(string(b[i:]), text)
		if next < 0 {
			return found
		}
		i += next
		found = append(found, i)
	}
}

// set makes the template the callback of a group and an event time, signed for now.
func (t *template) set(group int, eventTime int64, s *signature) {
	if t.signed != s {
		copy(t.text[t.requestTime:], s.requestTime)
		copy(t.text[t.sign:], s.sign)
		t.signed = s
	}
	digits(t.text[t.group:t.group+7], int64(group))
	for _, place := range t.eventTime {
		digits(t.text[place:place+13], eventTime)
	}
}

// digits fills b with a number.
func digits(b []byte, n int64) {
	for i := len(b) - 1; i >= 0; i-- {
		b[i] = byte('0' + n%10)
		n /= 10
	}
}
