// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package plugin

import (
	"context"
	"fmt"
	"time"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/event"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/callback"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/changes"
)

const (
	// shownEvery is how often it is looked whether an IMGroup shows a change.
	shownEvery = 200 * time.Millisecond
	timeFormat = "2006-01-02T15:04:05.000Z07:00"
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

// awaitShown waits until every IMGroup of the group has taken the callback, and returns them as they are then.
func (p *plugin) awaitShown(ctx context.Context, k *cluster, app *imv1alpha1.IMApp, c *callback.Callback, timeout time.Duration) (groups []imv1alpha1.IMGroup, err error) {
	err = p.await(ctx, shownEvery, timeout, func(ctx context.Context) (done bool, err error) {
		if groups, err = k.groupsOf(ctx, app.Name, c.GroupID); err != nil || len(groups) == 0 {
			return false, err
		}
		for i := range groups {
			if !taken(&groups[i], c) {
				return false, nil
			}
		}
		return true, nil
	})
	switch {
	case isLate(err) && len(groups) == 0:
		return nil, late("after %s there is no IMGroup for the group: does spec.groups of the IMApp want one (creationPolicy, types, maxCount)?", timeout)
	case isLate(err):
		return nil, late("after %s the IMGroup %s does not show it: the event time may be older than the newest resync, or the operator cannot write; its log tells", timeout, groups[0].Name)
	case err != nil:
		return nil, err
	}
	return groups, nil
}

// taken tells whether an IMGroup is at least as new as a callback in all that it says.
func taken(g *imv1alpha1.IMGroup, c *callback.Callback) bool {
	if newerEpoch(g, c) {
		return true
	}
	for _, v := range contents(c) {
		if at := clock(g, v.field); at == nil || at.Before(c.EventTime) {
			return false
		}
	}
	return true
}

// newerEpoch tells whether the group began anew after the callback, which then counts for nothing.
func newerEpoch(g *imv1alpha1.IMGroup, c *callback.Callback) bool {
	at := clock(g, event.Epoch)
	return at != nil && at.After(c.EventTime)
}

func clock(g *imv1alpha1.IMGroup, field string) *time.Time {
	for i := range g.Status.FieldTimes {
		if f := &g.Status.FieldTimes[i]; f.Field == field {
			return &f.EventTime.Time
		}
	}
	return nil
}

func (p *plugin) printShown(g *imv1alpha1.IMGroup, c *callback.Callback) error {
	lines := []string{fullName(g)}
	if newerEpoch(g, c) {
		lines = append(lines, fmt.Sprintf("The group was created anew at %s, so what is older counts for nothing.", clock(g, event.Epoch).UTC().Format(timeFormat)))
		return paragraph(p.screen(), "IMGroup", lines...)
	}
	for _, v := range contents(c) {
		lines = append(lines, shown(g, v, c.EventTime))
	}
	return paragraph(p.screen(), "IMGroup", lines...)
}

// shown says what became of one value.
func shown(g *imv1alpha1.IMGroup, v sent, at time.Time) string {
	now := changes.Value(g, v.field)
	switch is := clock(g, v.field); {
	case v.field == event.Alive:
		return "has heard of the group; no text was sent."
	case v.field == event.Destroyed && g.Status.DestroyedTime != nil:
		return "says that the group is disbanded."
	case v.field == event.Destroyed:
		return "says that the group exists: something newer than this end is known."
	case v.field == event.Epoch:
		return "says that the group was created at " + is.UTC().Format(timeFormat) + "."
	case now != nil && *now == *v.value:
		return fmt.Sprintf("%s is %s", v.field, known(now))
	case is.After(at):
		return fmt.Sprintf("%s stays %s, which is newer: of %s", v.field, known(now), is.UTC().Format(timeFormat))
	}
	return fmt.Sprintf("%s is %s", v.field, known(now))
}
