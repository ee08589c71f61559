// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package recorder

import (
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/imgroup-operator/imgroup-operator/internal/event"
	"github.com/imgroup-operator/imgroup-operator/internal/groupstatus"
)

const (
	// noteMax bounds an Event's note in bytes; the API server refuses longer ones.
	noteMax = 1024
	// textMax and nameMax bound what is quoted in a note, in bytes: two texts, an operator and a platform fit, so that a
	// long text does not push out who wrote it.
	textMax = 320
	nameMax = 160
	dots    = "…"
)

// changeReasons are the Events for a changed field, in the order in which they are sent.
var changeReasons = []struct{ field, reason, label string }{
	{event.Name, "NameChanged", "name"},
	{event.Introduction, "IntroductionChanged", "introduction"},
	{event.Notification, "NotificationChanged", "notification"},
	{event.FaceURL, "FaceURLChanged", "face URL"},
	{event.Owner, "OwnerChanged", "owner"},
}

// change reports whether the pending events gave a field another value, and puts both into words. The old value of a text
// that the cache does not hold is not told. That an owner becomes known is no change.
func change(old, now, pending event.State, field string, compact bool) (from, to string, changed bool) {
	was, had := old.Get(field)
	is, has := now.Get(field)
	if _, ours := pending.Get(field); !ours || !has || (had && groupstatus.IsValue(was, is.Value, compact)) || (!had && field == event.Owner) {
		return "", "", false
	}
	if had && !(compact && groupstatus.IsDigested(field)) {
		from = " from " + quote(was.Value, textMax)
	}
	return from, quote(is.Value, textMax), true
}

func advanced(old, now event.State, field string) bool {
	was, _ := old.Get(field)
	is, _ := now.Get(field)
	return is.Time > was.Time
}

// by names the operator and the platform of a field's change, as far as they are known: of events that were folded into
// one only those of the newest.
func by(pending event.State, field string) string {
	last := pending.Last
	if r, _ := pending.Get(field); r.Time != last.Time {
		return ""
	}
	s := ""
	if last.Operator != "" {
		s += " by " + quote(last.Operator, nameMax)
	}
	if last.Platform != "" {
		s += " from " + quote(last.Platform, nameMax)
	}
	return s
}

// quote escapes control characters, for the text comes from untrusted senders, and cuts what is longer than limit bytes then.
func quote(s string, limit int) string {
	var b strings.Builder
	for _, r := range s {
		q := strconv.Quote(string(r))
		if b.Len()+len(q) > limit {
			return `"` + b.String() + dots + `"`
		}
		b.WriteString(q[1 : len(q)-1])
	}
	return `"` + b.String() + `"`
}

// cutBytes shortens a text to at most limit bytes at a character boundary.
func cutBytes(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	s = s[:limit-len(dots)]
	for !utf8.ValidString(s) {
		s = s[:len(s)-1]
	}
	return strings.TrimRight(s, " ") + dots
}
