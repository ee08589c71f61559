// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package group

import (
	"testing"
	"time"

	"github.com/imgroup-operator/imgroup-operator/internal/event"
)

func TestAGracePeriodBeginsWithTheFirstQuestionAndEndsOnce(t *testing.T) {
	var h gracePeriods
	start := time.Unix(1_700_000_000, 0)
	a, b := event.Key{GroupID: "a"}, event.Key{GroupID: "b"}
	if got := h.left(a, appGoneGrace, start); got != appGoneGrace {
		t.Errorf("at the first question %s are left, want all", got)
	}
	if got := h.left(a, appGoneGrace, start.Add(4*time.Minute)); got != 6*time.Minute {
		t.Errorf("after 4 minutes %s are left, want 6m", got)
	}
	if got := h.left(a, notDeclaredGrace, start.Add(4*time.Minute)); got != notDeclaredGrace {
		t.Errorf("another wait of the group has %s left, want all of it", got)
	}
	if got := h.left(b, appGoneGrace, start.Add(4*time.Minute)); got != appGoneGrace {
		t.Errorf("another group has %s left, want all", got)
	}
	if got := h.left(a, appGoneGrace, start.Add(appGoneGrace)); got > 0 {
		t.Errorf("at the end %s are left, want none", got)
	}
	h.end(a)
	if got := h.left(a, appGoneGrace, start.Add(appGoneGrace)); got != appGoneGrace {
		t.Errorf("a new one has %s left, want all", got)
	}
	h.end(a)
	h.end(b)
	if len(h.since) != 0 {
		t.Errorf("%d grace periods stay in memory", len(h.since))
	}
}

func TestAGracePeriodEndsWithItsCause(t *testing.T) {
	var h gracePeriods
	now := time.Unix(1_700_000_000, 0)
	key := event.Key{GroupID: "a"}
	h.left(key, notDeclaredGrace, now)
	h.endOthers(key, false, false) // now it is the IMApp that is missing
	if left := h.left(key, notDeclaredGrace, now.Add(time.Hour)); left != notDeclaredGrace {
		t.Errorf("%s are left to declare the group, want all", left)
	}
	h.left(key, appGoneGrace, now)
	h.endOthers(key, true, false)
	if left := h.left(key, appGoneGrace, now.Add(time.Hour)); left != appGoneGrace {
		t.Errorf("%s are left for the IMApp to come back, want all", left)
	}
}
