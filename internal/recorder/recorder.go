// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package recorder reports changes as Kubernetes Events, at a bounded rate.
package recorder

import (
	"maps"
	"sync"
	"time"

	"golang.org/x/time/rate"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/event"
	"github.com/imgroup-operator/imgroup-operator/internal/groupstatus"
	"github.com/imgroup-operator/imgroup-operator/internal/merge"
)

const (
	// eventsPerSecond and eventsBurst bound the Events of one replica: they are samples for people, and each is a write
	// that competes with the status of a group.
	eventsPerSecond = 5
	eventsBurst     = 25
	// groupEventsPerSecond and groupEventsBurst bound those of one IMGroup, so that a hot group leaves room for others.
	groupEventsPerSecond = 1
	groupEventsBurst     = 10
	// groupsRemembered bounds the memory of that. It is above the number of groups that can have had an Event in the last
	// 10 s, so that there are always some to forget.
	groupsRemembered = 128
)

// EventSink is the part of controller-runtime's recorder that is used.
type EventSink interface {
	Eventf(regarding, related runtime.Object, eventtype, reason, action, note string, args ...any)
}

// Recorder tells people about changes of groups by Kubernetes Events, at a bounded rate. It never blocks.
type Recorder struct {
	sink  EventSink
	limit *rate.Limiter

	mu     sync.Mutex
	groups map[types.UID]*rate.Limiter
}

// New bounds what goes to a sink.
func New(sink EventSink) *Recorder {
	return &Recorder{sink: sink, limit: rate.NewLimiter(eventsPerSecond, eventsBurst), groups: map[types.UID]*rate.Limiter{}}
}

// allow reports whether there is room for an Event of a group. Only then it takes something away, from both bounds.
func (r *Recorder) allow(group types.UID) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	now := time.Now()
	limit := r.groups[group]
	if limit == nil {
		limit = rate.NewLimiter(groupEventsPerSecond, groupEventsBurst)
	}
	if limit.TokensAt(now) < 1 || !r.limit.AllowN(now, 1) {
		return false
	}
	limit.AllowN(now, 1)
	if r.groups[group] = limit; len(r.groups) > groupsRemembered {
		r.forget(now)
	}
	return true
}

// forget forgets the groups that may have a whole burst again, as one has that is not remembered.
func (r *Recorder) forget(now time.Time) {
	maps.DeleteFunc(r.groups, func(_ types.UID, limit *rate.Limiter) bool { return limit.TokensAt(now) >= groupEventsBurst })
}

// Changed records what the pending events changed in an IMGroup that was just written. compact means that
// before is from the cache.
func (r *Recorder) Changed(before, after *imv1alpha1.IMGroup, pending event.State, compact bool) {
	old, now := groupstatus.State(&before.Status, after.Status.SDKAppID), groupstatus.State(&after.Status, after.Status.SDKAppID)
	if len(pending.Registers) == 0 {
		return
	}
	if advanced(old, now, event.Epoch) {
		r.event(after, "GroupCreated", "Create", "the group was created"+by(pending, event.Epoch))
	}
	if merge.IsDestroyed(now) && !merge.IsDestroyed(old) {
		r.event(after, "GroupDestroyed", "Destroy", "the group was disbanded"+by(pending, event.Destroyed))
	}
	for _, c := range changeReasons {
		if from, to, changed := change(old, now, pending, c.field, compact); changed {
			r.event(after, c.reason, "Update", c.label+" changed"+from+" to "+to+by(pending, c.field))
		}
	}
}

// Stalled records once that an IMApp's spec cannot work.
func (r *Recorder) Stalled(before, after *imv1alpha1.IMApp) {
	stalled := meta.FindStatusCondition(after.Status.Conditions, imv1alpha1.ConditionStalled)
	if stalled == nil || meta.IsStatusConditionTrue(before.Status.Conditions, imv1alpha1.ConditionStalled) || !r.limit.Allow() {
		return
	}
	r.sink.Eventf(after, nil, corev1.EventTypeWarning, stalled.Reason, "Validate", "%s", cutBytes(stalled.Message, noteMax))
}

func (r *Recorder) event(group *imv1alpha1.IMGroup, reason, action, note string) {
	if r.allow(group.UID) {
		r.sink.Eventf(group, nil, corev1.EventTypeNormal, reason, action, "%s", cutBytes(note, noteMax))
	}
}
