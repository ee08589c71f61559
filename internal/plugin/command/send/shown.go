// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package send

import (
	"fmt"
	"time"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/event"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/callback"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/changes"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/words"
)

// sent is one value of a callback.
type sent struct {
	field string // or a clock
	value *string
}

// contents are the values by which an IMGroup tells that it has taken a callback.
func contents(c *callback.Callback) (all []sent) {
	for _, v := range []sent{{event.Name, c.Texts.Name}, {event.Introduction, c.Texts.Introduction},
		{event.Notification, c.Texts.Notification}, {event.FaceURL, c.Texts.FaceURL}, {event.Owner, c.Owner}} {
		if v.value != nil {
			all = append(all, v)
		}
	}
	for i := range c.Custom {
		all = append(all, sent{event.CustomPrefix + c.Custom[i].Key, &c.Custom[i].Value})
	}
	switch {
	case c.Command == callback.Destroyed:
		return []sent{{field: event.Destroyed}}
	case c.Command == callback.Created:
		return append(all, sent{field: event.Epoch})
	case len(all) == 0:
		return []sent{{field: event.Alive}}
	}
	return all
}

// taken reports whether an IMGroup is at least as new as a callback in all that it says.
func taken(g *imv1alpha1.IMGroup, c *callback.Callback) bool {
	if newerEpoch(g, c) {
		return true
	}
	for _, v := range contents(c) {
		if at := changes.TimeOf(g, v.field); at == nil || at.Before(c.EventTime) {
			return false
		}
	}
	return true
}

// newerEpoch reports whether the group was recreated after the callback, which is then ignored.
func newerEpoch(g *imv1alpha1.IMGroup, c *callback.Callback) bool {
	at := changes.TimeOf(g, event.Epoch)
	return at != nil && at.After(c.EventTime)
}

// shown says what became of one value.
func shown(g *imv1alpha1.IMGroup, v sent, at time.Time) string {
	now := changes.Value(g, v.field)
	switch is := changes.TimeOf(g, v.field); {
	case v.field == event.Alive:
		return "has heard of the group; no text was sent."
	case v.field == event.Destroyed && g.Status.DestroyedTime != nil:
		return "says that the group is disbanded."
	case v.field == event.Destroyed:
		return "says that the group exists: something newer than this end is known."
	case v.field == event.Epoch:
		return "says that the group was created at " + is.UTC().Format(words.TimeFormat) + "."
	case now != nil && *now == *v.value:
		return fmt.Sprintf("%s is %s", v.field, words.Known(now))
	case is.After(at):
		return fmt.Sprintf("%s stays %s, which is newer: of %s", v.field, words.Known(now), is.UTC().Format(words.TimeFormat))
	}
	return fmt.Sprintf("%s is %s", v.field, words.Known(now))
}
