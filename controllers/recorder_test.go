// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"fmt"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/event"
	"github.com/imgroup-operator/imgroup-operator/internal/merge"
)

type sink struct{ lines []string }

func (s *sink) Eventf(_, _ runtime.Object, kind, reason, _, note string, args ...any) {
	s.lines = append(s.lines, kind+" "+reason+": "+fmt.Sprintf(note, args...))
}

// statusOf is an IMGroup with a state, as the cache has it when stripped.
func statusOf(s event.State, stripped bool) *imv1alpha1.IMGroup {
	g := &imv1alpha1.IMGroup{}
	setState(&g.Status, appID, s, nil)
	if stripped {
		_, _ = strip(g)
	}
	return g
}

func TestEventsTellWhoChangedWhat(t *testing.T) {
	old := event.NewState(event.Changed, at(10), values("name", "ops", "notification", "x"))
	for _, c := range []struct {
		why     string
		pending event.State
		want    []string
	}{
		{"a new name, with the old one", event.NewState(event.Changed, at(11), values("name", "oncall")),
			[]string{`Normal NameChanged: name changed from "ops" to "oncall" by "leckie" from "iOS"`}},
		{"a text that the cache does not hold", event.NewState(event.Changed, at(11), values("notification", "a\x1b[2J\n")),
			[]string{`Normal NotificationChanged: notification changed to "a\x1b[2J\n" by "leckie" from "iOS"`}},
		{"the same name again", event.NewState(event.Changed, at(11), values("name", "ops")), nil},
		{"a late event", event.NewState(event.Changed, at(9), values("name", "older")), nil},
		{"a repeated event", old, nil},
		{"a destruction", event.NewState(event.Disbanded, at(12), nil), []string{`Normal GroupDestroyed: the group was disbanded by "leckie" from "iOS"`}},
		{"a creation", event.NewState(event.Created, at(12), values("name", "new")),
			[]string{`Normal GroupCreated: the group was created by "leckie" from "iOS"`, `Normal NameChanged: name changed from "ops" to "new" by "leckie" from "iOS"`}},
		{"nothing pending", event.State{}, nil},
	} {
		t.Run(c.why, func(t *testing.T) {
			var s sink
			stripped := !needsTexts(&statusOf(old, true).Status, appID, c.pending) // as group sync reads it
			NewRecorder(&s).Changed(statusOf(old, stripped), statusOf(merge.Join(old, c.pending), false), c.pending, stripped)
			if diff := cmp.Diff(c.want, s.lines); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

func TestEventsAreBoundedInNumberAndSize(t *testing.T) {
	var s sink
	r := NewRecorder(&s)
	old := event.NewState(event.Changed, at(10), nil)
	pending := event.NewState(event.Changed, at(11), values("introduction", strings.Repeat("語", 4096)))
	changed := func(uid types.UID) {
		now := statusOf(merge.Join(old, pending), false)
		now.UID = uid
		r.Changed(statusOf(old, true), now, pending, true)
	}
	for range 10 * groupEventsBurst {
		changed("hot")
	}
	if n := len(s.lines); n < groupEventsBurst || n > 2*groupEventsBurst {
		t.Errorf("%d events of one group, want about %d", n, groupEventsBurst)
	}
	for i := range 2 * groupsRemembered {
		changed(types.UID(fmt.Sprint("group ", i)))
	}
	if n := len(s.lines); n < eventsBurst || n > 2*eventsBurst {
		t.Errorf("%d events, want about %d", n, eventsBurst)
	}
	if n := len(r.groups); n > groupsRemembered {
		t.Errorf("%d groups are remembered, want at most %d", n, groupsRemembered)
	}
	note := strings.TrimPrefix(s.lines[0], "Normal IntroductionChanged: ")
	if len(note) > noteMax || !utf8.ValidString(note) {
		t.Errorf("the note has %d bytes, valid %t; want at most %d", len(note), utf8.ValidString(note), noteMax)
	}
}
