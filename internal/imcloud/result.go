// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package imcloud

import (
	"time"

	"github.com/imgroup-operator/imgroup-operator/internal/event"
)

// Outcome is what was learned of one group.
type Outcome uint8

// The outcomes.
const (
	Observed  Outcome = iota // the group exists; Values say what it looks like
	Destroyed                // it does not exist or was disbanded (Tencent's 10010)
	InvalidID                // no group can have this ID, or it was deleted (10015)
	TooLarge                 // the group's texts alone are too much for one answer (10018)
	Missing                  // the answer does not mention the group
	Refused                  // any other code, see Code
)

// Result is what was learned of one group.
type Result struct {
	GroupID    string
	Outcome    Outcome
	Code       int       // Tencent's ErrorCode for this group, below 0 if it was no number; 0: none
	ServerTime time.Time // the server's clock before it was asked, whole seconds; zero where it was not asked
	Values     []event.Value
	// Absent are the fields that were asked for and are not in the answer. It is not documented whether an empty text is
	// left out; a custom field that was deleted is. Values do not have them.
	Absent []string
	// KeysRefused means that no custom field was asked for, since the server refuses the keys (10004).
	KeysRefused bool
	// Cut are the fields that lost something to their bound, for the metric.
	Cut []string

	sdkAppID int64
	received time.Time
}

// String is a short name in lower case.
func (o Outcome) String() string {
	names := [...]string{"observed", "destroyed", "invalid_id", "too_large", "missing", "refused"}
	if int(o) < len(names) {
		return names[o]
	}
	return "unknown"
}

// found finds a group in what an answer tells.
func (c *Client) found(id string, told map[string]groupInfo, keys []string, began time.Time) Result {
	g, found := told[id]
	r := c.result(id, int(g.ErrorCode), began)
	switch {
	case !isFit(id): // the server was not asked
		r.Outcome, r.ServerTime = InvalidID, time.Time{}
	case !found:
		r.Outcome = Missing
	case r.Outcome == Observed:
		r.read(g, keys)
	}
	return r
}

func (c *Client) result(id string, code int, began time.Time) Result {
	return Result{GroupID: id, Outcome: outcomeOf(code), Code: code, ServerTime: began, sdkAppID: c.sdkAppID, received: time.Now()}
}

func outcomeOf(code int) Outcome {
	switch code {
	case codeOK:
		return Observed
	case codeGroupGone:
		return Destroyed
	case codeGroupInvalid:
		return InvalidID
	case codeTooLarge:
		return TooLarge
	}
	return Refused
}

// fields is the order of values.
var fields = []string{event.Type, event.Name, event.Introduction, event.Notification, event.FaceURL, event.Owner}

// read takes the values within their bounds, and of the custom fields only those that were asked for.
func (r *Result) read(g groupInfo, keys []string) {
	base := g.base()
	for _, f := range fields {
		r.add(f, f, base[f])
	}
	for _, k := range keys {
		value, given := g.Custom[k]
		key, _ := event.Cut(event.CustomKey, k)
		r.add(event.CustomPrefix+key, event.CustomValue, text{value, given})
	}
}

// add takes one value, whose bound may have another name than its field.
func (r *Result) add(field, bound string, t text) {
	if !t.given {
		r.Absent = append(r.Absent, field)
		return
	}
	value, cut := event.Cut(bound, t.value)
	if cut {
		r.Cut = append(r.Cut, bound)
	}
	r.Values = append(r.Values, event.Value{Field: field, Value: value})
}

// Event returns the result as an event of an IMApp, with the server's time. Only what is Observed, Destroyed or an InvalidID
// tells anything; the latter is the end of a group that was known. Like every observation by REST it names no command and no
// operator.
func (r Result) Event(namespace, app string) (event.Event, bool) {
	e := event.Event{Key: event.Key{Namespace: namespace, App: app, GroupID: r.GroupID}, SDKAppID: r.sdkAppID, Received: r.received, Count: 1}
	kind := event.Changed
	switch {
	case r.ServerTime.IsZero():
		return e, false
	case r.Outcome == Destroyed, r.Outcome == InvalidID:
		kind = event.Disbanded
	case r.Outcome != Observed:
		return e, false
	}
	e.State = event.NewState(kind, event.Change{Time: r.ServerTime.UnixMilli(), Source: event.REST}, r.Values)
	return e, true
}
