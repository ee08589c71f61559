// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhook

import (
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/imgroup-operator/imgroup-operator/internal/apps"
	"github.com/imgroup-operator/imgroup-operator/internal/event"
)

// decoded is what a callback says, and what had to be changed about it.
type decoded struct {
	event   event.Event
	command string   // as far as it is known
	cut     []string // fields that lost something to their bound
	unnamed int      // custom fields that were left out because their key is not text
	clamped bool     // EventTime is not a time at which it can have happened
}

// source is a body that is yet to be read.
type source struct {
	io.Reader
	encoded bool // it has a Content-Encoding
}

// isEncoded reports whether a body does not come as it is. Tencent documents no encoding, so none is decoded; the day
// that one is used should be easy to tell from senders of garbage.
func isEncoded(h http.Header) bool {
	return slices.ContainsFunc(h["Content-Encoding"], func(encoding string) bool {
		encoding = strings.TrimSpace(encoding)
		return encoding != "" && !strings.EqualFold(encoding, "identity")
	})
}

// decode makes an event of a verified callback's body. An event that is refused is lost, so it refuses only what names
// no group or could be about another thing than it says; the rest is made to fit. Every body is read to its end, so
// that the connection can be used again; nothing is looked at where the URL says that the command is not handled.
func decode(app apps.App, q query, src source, received time.Time) (decoded, outcome) {
	d := decoded{command: q.command.value}
	wanted := mayBeHandled(d.command)
	b, valid, o := readBody(src, wanted && !src.encoded)
	switch {
	case o != proceed:
		return d, o
	case wanted && src.encoded:
		return d, encodedBody
	}
	inBody := b.values[commandMember].string()
	if d.command == "" {
		d.command = inBody
	}
	kind, handled := kindOf(d.command)
	groupID := b.values[groupIDMember]
	switch {
	case !handled:
		return d, unhandled
	case !valid:
		return d, badBody
	case groupID.text == "" || groupID.broken || len(groupID.text) > event.MaxGroupIDBytes:
		return d, badGroupID
	case inBody != "" && inBody != d.command:
		return d, commandMismatch
	}
	d.event = event.Event{
		Key:      event.Key{Namespace: app.Key.Namespace, App: app.Key.Name, GroupID: groupID.text},
		SDKAppID: app.SDKAppID,
		Received: received,
		Count:    1,
		State:    d.state(kind, &b, q.platform.value, received),
	}
	return d, proceed
}

// readBody reads a body to its end, and what it says unless nobody wants to know.
func readBody(src io.Reader, wanted bool) (b body, valid bool, o outcome) {
	r := bodyReaders.Get().(*bodyReader)
	defer r.release()
	r.begin(src)
	if valid = wanted && r.read(&b) == nil; !valid {
		b = body{}
	}
	return b, valid, arrived(r.short.drain())
}

// arrived decides by the error of a body's reader.
func arrived(err error) outcome {
	var tooLarge *http.MaxBytesError
	switch {
	case err == nil:
		return proceed
	case errors.As(err, &tooLarge):
		return bodyTooLarge
	}
	return bodyUnreadable
}

// state builds what the callback asserts about its group.
func (d *decoded) state(kind event.Kind, b *body, platform string, received time.Time) event.State {
	change := event.Change{Command: d.command, Source: event.Callback, Platform: d.bounded(event.Platform, platform)}
	change.Time, d.clamped = eventTime(b.values[eventTimeMember].text, received)
	if kind == event.Disbanded { // names no operator, and says nothing that is worth keeping of a group that is gone
		return event.NewState(kind, change, nil)
	}
	change.Operator = d.bounded(event.Operator, b.values[operatorMember].text)
	return event.NewState(kind, change, d.values(b))
}
