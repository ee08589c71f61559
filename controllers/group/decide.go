// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package group

import (
	"slices"
	"strings"
	"time"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/event"
	"github.com/imgroup-operator/imgroup-operator/internal/groupstatus"
	"github.com/imgroup-operator/imgroup-operator/internal/merge"
	"github.com/imgroup-operator/imgroup-operator/internal/metrics"
	"github.com/imgroup-operator/imgroup-operator/internal/policy"
)

// known is what a decision depends on, read once.
type known struct {
	app    *imv1alpha1.IMApp    // nil = there is none
	groups []imv1alpha1.IMGroup // of the group, as the cache holds them, without those that are being deleted
	room   bool                 // spec.groups.maxCount leaves room for one more
}

// told is what a decision is about: what callbacks left in the journal, or what the REST API says. The zero told is a look
// at the group, to keep the rest of its status true.
type told struct {
	event    event.Event
	observed bool // by the REST API
	invalid  bool // the REST API takes the group's ID for none: the event is the end that this means for a known group
}

func (t told) isLook() bool { return t.event.Count == 0 && !t.observed }

// action is what is to be done.
type action uint8

const (
	idle    action = iota // nothing
	hold                  // leave the event pending
	drop                  // the event will never be written
	create                // create the IMGroup and write the state into it
	write                 // write the state into the IMGroups
	invalid               // say in the IMGroups that no group can have the ID
)

// verdict is a decision.
type verdict struct {
	do     action
	state  event.State
	after  time.Duration // hold: come back then; 0 = when something wakes the group
	reason string        // drop: a value of metrics' drop reasons
	grace  time.Duration // drop: only after this time
	ask    bool          // drop: only if the API server says so too
	result string        // of an observation: a value of metrics' resync results
	orphan bool          // the IMGroups say that their IMApp is missing
	fetch  bool          // nothing is known of a declared group
	clear  bool          // an IMGroup has managedFields that nobody uses
}

// How long a drop waits for an object that may still come.
const (
	appGoneGrace  = 10 * time.Minute // a GitOps tool may delete and create an IMApp again
	unwantedGrace = 30 * time.Second // the cache may lag behind a declaration or a new policy
)

// newbornGrace is how long the leader leaves an IMGroup alone that some replica has just created: that replica is about
// to write its first status.
const newbornGrace = 10 * time.Second

// staleMargin is how much older than the last complete resync a callback must be to be stale.
const staleMargin = 60 * time.Second

// decide says what becomes of what was told of a group.
func decide(k known, t told, now time.Time) verdict {
	switch {
	case k.app == nil || !k.app.DeletionTimestamp.IsZero(): // what is written now would go with it
		return withoutApp(k, t)
	case k.app.Spec.Suspend && t.observed:
		return verdict{do: drop}
	case k.app.Spec.Suspend:
		return verdict{do: hold}
	case !t.isLook() && t.event.SDKAppID != k.app.Spec.SDKAppID:
		return verdict{do: drop, reason: metrics.DropAppChanged}
	}
	state := fresh(k.app, t)
	switch {
	case !t.isLook() && !t.observed && len(state.Registers) == 0:
		return verdict{do: drop, reason: metrics.DropStale}
	case len(k.groups) == 0:
		return withoutGroup(k, t, state)
	case t.invalid:
		return ended(k, t)
	}
	return withGroups(k, t, state, now)
}

// withoutApp lets callbacks wait for the IMApp.
func withoutApp(k known, t told) verdict {
	v := verdict{do: drop, reason: metrics.DropAppGone, orphan: k.app == nil, grace: appGoneGrace, ask: true}
	if t.observed {
		return verdict{do: drop}
	}
	if t.isLook() {
		v = verdict{do: idle, orphan: v.orphan}
	}
	return v
}

// withoutGroup creates the IMGroup, if the IMApp wants it.
func withoutGroup(k known, t told, state event.State) verdict {
	wanted := policy.Of(k.app)
	kind, _ := state.Get(event.Type)
	unwanted := func(reason string) verdict {
		if t.observed {
			return verdict{do: drop, reason: reason}
		}
		return verdict{do: drop, reason: reason, grace: unwantedGrace, ask: true}
	}
	switch {
	case t.isLook():
		return verdict{do: idle}
	case t.invalid:
		return verdict{do: idle, result: metrics.ResyncInvalid}
	case t.observed && merge.IsDestroyed(state):
		return verdict{do: drop}
	case !t.observed && outlived(wanted.Retention, t.event):
		return verdict{do: drop, reason: metrics.DropStale, ask: true}
	case wanted.DeclaredOnly:
		return unwanted(metrics.DropNotDeclared)
	case !wanted.Wants(kind.Value):
		return unwanted(metrics.DropTypeFiltered)
	case !k.room:
		return unwanted(metrics.DropMaxCount)
	}
	return verdict{do: create, state: state, result: metrics.ResyncChanged}
}

// outlived reports whether an event came so late that its group may have been disbanded, and its IMGroup deleted, in between.
func outlived(retention time.Duration, e event.Event) bool {
	var newest int64
	for _, r := range e.State.Registers {
		newest = max(newest, r.Time)
	}
	return retention > 0 && e.Received.Sub(time.UnixMilli(newest)) >= retention
}

// ended is the verdict on a group whose ID the REST API takes for none: one that has lived was deleted.
func ended(k known, t told) verdict {
	for i := range k.groups {
		state := groupstatus.State(&k.groups[i].Status, k.app.Spec.SDKAppID)
		if _, lived := state.Get(event.Alive); lived && merge.IsDestroyed(state) {
			return verdict{do: idle, result: metrics.ResyncUnchanged}
		} else if lived && len(t.event.State.Registers) > 0 {
			return verdict{do: write, state: t.event.State, result: metrics.ResyncGone}
		}
	}
	return verdict{do: invalid, result: metrics.ResyncInvalid}
}

// withGroups writes, unless there is nothing to write.
func withGroups(k known, t told, state event.State, now time.Time) verdict {
	v := verdict{do: write, state: state, result: metrics.ResyncChanged}
	if merge.IsDestroyed(state) {
		v.result = metrics.ResyncGone
	}
	switch {
	case t.isLook() && slices.ContainsFunc(k.groups, func(g imv1alpha1.IMGroup) bool { return isNewborn(&g, now) }):
		return verdict{do: hold, after: newbornGrace}
	case t.isLook():
		v.fetch = slices.ContainsFunc(k.groups, func(g imv1alpha1.IMGroup) bool { return groupstatus.IsUnknown(&g) })
		v.clear = slices.ContainsFunc(k.groups, func(g imv1alpha1.IMGroup) bool { return groupstatus.HasUnusedManagedFields(&g) })
	case t.observed && len(k.groups) == 1 && confirms(&k.groups[0], k.app, state):
		return verdict{do: idle, result: metrics.ResyncUnchanged}
	}
	return v
}

func isNewborn(g *imv1alpha1.IMGroup, now time.Time) bool {
	return groupstatus.IsCreated(g) && g.Status.ObservedGeneration < 1 && now.Sub(g.CreationTimestamp.Time) < newbornGrace
}

// confirms reports whether an observation changes nothing.
func confirms(g *imv1alpha1.IMGroup, app *imv1alpha1.IMApp, seen event.State) bool {
	return groupstatus.IsSettled(g, app) && groupstatus.ReadyReason(g) != imv1alpha1.ReasonInvalidGroupID &&
		len(groupstatus.Difference(groupstatus.State(&g.Status, app.Spec.SDKAppID), seen, true).Registers) == 0
}

// fresh leaves out of callbacks what a complete resync has already settled.
func fresh(app *imv1alpha1.IMApp, t told) event.State {
	state := t.event.State
	if t.observed || app.Status.Resync == nil || app.Status.Resync.Watermark == nil {
		return state
	}
	if slices.Contains(app.Status.Resync.Unread, t.event.Key.GroupID) {
		return state
	}
	before := app.Status.Resync.Watermark.Add(-staleMargin).UnixMilli()
	kept, _ := merge.Since(state, before, func(field string) bool { return isFetched(app.Status.Resync, field) })
	return kept
}

// isFetched reports whether the watermark holds for a field. That a group was created is never fetched.
func isFetched(resync *imv1alpha1.ResyncStatus, field string) bool {
	switch {
	case field == event.Epoch:
		return false
	case event.IsClock(field):
		return true
	case len(resync.WatermarkFields) > 0:
		return slices.Contains(resync.WatermarkFields, field)
	}
	return !strings.HasPrefix(field, event.CustomPrefix)
}
