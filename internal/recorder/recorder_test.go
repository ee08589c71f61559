// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package recorder

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/event"
	"github.com/imgroup-operator/imgroup-operator/internal/groupstatus"
	"github.com/imgroup-operator/imgroup-operator/internal/merge"
)

type sink struct{ lines []string }

func (s *sink) Eventf(_, _ runtime.Object, kind, reason, _, note string, args ...any) {
	s.lines = append(s.lines, kind+" "+reason+": "+fmt.Sprintf(note, args...))
}

const appID = 1400000000

// at is a change by a callback at a time.
func at(ms int64) event.Change {
	return event.Change{Time: ms, Command: "c", Operator: "leckie", Platform: "iOS", Source: event.Callback}
}

func values(pairs ...string) (vs []event.Value) {
	for i := 0; i < len(pairs); i += 2 {
		vs = append(vs, event.Value{Field: pairs[i], Value: pairs[i+1]})
	}
	return vs
}

// statusOf is an IMGroup with a state, as the cache has it if compact.
func statusOf(s event.State, compact bool) *imv1alpha1.IMGroup {
	g := &imv1alpha1.IMGroup{}
	groupstatus.SetState(&g.Status, appID, s, nil)
	if compact {
		groupstatus.Compact(g)
	}
	return g
}

func TestEventsTellWhoChangedWhat(t *testing.T) {
	old := event.NewState(event.Changed, at(10), values("name", "ops", "notification", "x", "owner", "ann"))
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
		{"another owner", event.NewState(event.Changed, at(11), values("owner", "bob")), []string{`Normal OwnerChanged: owner changed from "ann" to "bob" by "leckie" from "iOS"`}},
		{"two events of two people", merge.Join(event.NewState(event.Changed, at(11), values("name", "oncall")),
			event.NewState(event.Changed, event.Change{Time: 12, Operator: "eve", Source: event.Callback}, values("owner", "eve"))),
			[]string{`Normal NameChanged: name changed from "ops" to "oncall"`, `Normal OwnerChanged: owner changed from "ann" to "eve" by "eve"`}},
		{"a long text, and who wrote it", event.NewState(event.Changed, at(11), values("name", strings.Repeat("\n", 1024))),
			[]string{`Normal NameChanged: name changed from "ops" to "` + strings.Repeat(`\n`, (textMax-2)/2) + `…" by "leckie" from "iOS"`}},
		{"nothing pending", event.State{}, nil},
	} {
		t.Run(c.why, func(t *testing.T) {
			var s sink
			compact := !groupstatus.NeedsTexts(&statusOf(old, true).Status, appID, c.pending) // as group sync reads it
			New(&s).Changed(statusOf(old, compact), statusOf(merge.Join(old, c.pending), false), c.pending, compact)
			if diff := cmp.Diff(c.want, s.lines); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

// changer records changes of a group, by its UID, and tells how many Events came of them.
func changer(s *sink) (r *Recorder, changed func(uid types.UID, times int) (events int)) {
	r = New(s)
	old := event.NewState(event.Changed, at(10), nil)
	pending := event.NewState(event.Changed, at(11), values("introduction", strings.Repeat("語", 4096)))
	return r, func(uid types.UID, times int) int {
		now, before := statusOf(merge.Join(old, pending), false), len(s.lines)
		now.UID = uid
		for range times {
			r.Changed(statusOf(old, true), now, pending, true)
		}
		return len(s.lines) - before
	}
}

func TestEventsAreBoundedInNumberAndSize(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s sink
		_, changed := changer(&s)
		for i, step := range []struct {
			later time.Duration
			group types.UID
			want  int
		}{
			{0, "hot", groupEventsBurst},
			{time.Second, "hot", groupEventsPerSecond},
			{0, "second", groupEventsBurst},
			{0, "third", eventsBurst - 2*groupEventsBurst - groupEventsPerSecond + eventsPerSecond}, // what the replica has left
			{0, "fourth", 0},
			{time.Second, "fourth", eventsPerSecond},
			{time.Second, "fourth", eventsPerSecond},
			{time.Second, "fourth", groupEventsBurst + 2*groupEventsPerSecond - 2*eventsPerSecond}, // it lost nothing to the replica's bound
		} {
			time.Sleep(step.later)
			if got := changed(step.group, 100); got != step.want {
				t.Errorf("step %d: %d Events of the group %s, want %d", i, got, step.group, step.want)
			}
		}
		note := strings.TrimPrefix(s.lines[0], "Normal IntroductionChanged: ")
		if len(note) > noteMax || !utf8.ValidString(note) {
			t.Errorf("the note has %d bytes, valid %t; want at most %d", len(note), utf8.ValidString(note), noteMax)
		}
	})
}

// A hot group keeps its bound while many others change, and none is remembered for longer than it matters.
func TestTheMemoryOfEventsIsBounded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var s sink
		r, changed := changer(&s)
		hot := changed("hot", 100)
		const minutes = 5
		for i := range minutes * 60 * eventsPerSecond {
			time.Sleep(time.Second / eventsPerSecond)
			hot += changed("hot", 2)
			changed(types.UID(fmt.Sprint("group ", i)), 2)
			if n := len(r.groups); n > groupsRemembered {
				t.Fatalf("%d groups are remembered, want at most %d", n, groupsRemembered)
			}
		}
		if most := groupEventsBurst + minutes*60*groupEventsPerSecond; hot > most {
			t.Errorf("%d Events of the hot group, want at most %d", hot, most)
		}
		if all, most := len(s.lines), eventsBurst+minutes*60*eventsPerSecond; all > most || all < most-eventsBurst {
			t.Errorf("%d Events in all, want about %d", all, most)
		}
	})
}

func TestThatASpecCannotWorkIsToldOnce(t *testing.T) {
	stalled := func(message string) *imv1alpha1.IMApp {
		app := &imv1alpha1.IMApp{}
		if message != "" {
			meta.SetStatusCondition(&app.Status.Conditions, metav1.Condition{Type: imv1alpha1.ConditionStalled, Status: metav1.ConditionTrue,
				Reason: imv1alpha1.ReasonInvalidSpec, Message: message})
		}
		return app
	}
	for _, c := range []struct {
		why           string
		before, after *imv1alpha1.IMApp
		want          []string
	}{
		{"it works", stalled(""), stalled(""), nil},
		{"it does not", stalled(""), stalled("the host %s"), []string{"Warning InvalidSpec: the host %s"}},
		{"still not", stalled("m"), stalled("other"), nil},
		{"it works again", stalled("m"), stalled(""), nil},
	} {
		var s sink
		New(&s).Stalled(c.before, c.after)
		if diff := cmp.Diff(c.want, s.lines); diff != "" {
			t.Errorf("%s: -want +got\n%s", c.why, diff)
		}
	}
	var s sink
	r := New(&s)
	for range 2 * eventsBurst {
		r.Stalled(stalled(""), stalled("m"))
	}
	if len(s.lines) != eventsBurst {
		t.Errorf("%d Events, want the replica's bound of %d", len(s.lines), eventsBurst)
	}
}

func TestTextsAreQuotedAndCutBetweenCharacters(t *testing.T) {
	for _, c := range []struct {
		in    string
		limit int // with the quotation marks
		want  string
	}{
		{"", 12, `""`}, {"abc", 5, `"abc"`}, {"abcd", 5, `"abc…"`}, {"a\nb", 6, `"a\nb"`}, {"a\nb", 4, `"a…"`}, {`"`, 4, `"\""`},
		{"語語", 8, `"語語"`}, {"語語", 7, `"語…"`}, {"\x1b[2J", 22, `"\x1b[2J"`}, {"\u202e", 22, `"\u202e"`},
	} {
		if got := quote(c.in, c.limit); got != c.want {
			t.Errorf("%q in %d bytes: %s, want %s", c.in, c.limit, got, c.want)
		}
	}
	for in, want := range map[string]string{"12345678": "12345678", "語語語": "語…", "123   789": "123…", "123456789": "12345…"} {
		if got := cutBytes(in, 8); got != want {
			t.Errorf("%q is cut to %q, want %q", in, got, want)
		}
	}
}
