// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package groupstatus

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/event"
	"github.com/imgroup-operator/imgroup-operator/internal/merge"
)

// byREST is an observation at a time.
func byREST(ms int64) event.Change { return event.Change{Time: ms, Source: event.REST} }

func TestWhatAnObservationTellsThatIsNew(t *testing.T) {
	known := event.NewState(event.Changed, at(10), values("name", "ops", "notification", "x"))
	ended := merge.Join(known, event.NewState(event.Disbanded, at(20), nil))
	for _, c := range []struct {
		why   string
		known event.State
		told  event.State
		want  string // fields
	}{
		{"the same values", known, event.NewState(event.Changed, byREST(30), values("name", "ops", "notification", "x")), ""},
		{"another name", known, event.NewState(event.Changed, byREST(30), values("name", "oncall", "notification", "x")), "alive name"},
		{"another text that the cache does not hold", known, event.NewState(event.Changed, byREST(30), values("name", "ops", "notification", "y")), "alive notification"},
		{"a text that was not known", known, event.NewState(event.Changed, byREST(30), values("faceURL", "")), "alive faceURL"},
		{"another name, but older", known, event.NewState(event.Changed, byREST(9), values("name", "oncall")), ""},
		{"a group that is not known", event.State{}, event.NewState(event.Changed, byREST(30), nil), "alive"},
		{"a custom field that the group never had", known, event.NewState(event.Changed, byREST(30), values("custom/k", "")), ""},
		{"the end of a living group", known, event.NewState(event.Disbanded, byREST(30), nil), "destroyed"},
		{"an end that is older than its life", known, event.NewState(event.Disbanded, byREST(9), nil), ""},
		{"the end of an ended group", ended, event.NewState(event.Disbanded, byREST(30), nil), ""},
		{"life of an ended group", ended, event.NewState(event.Changed, byREST(30), values("name", "ops")), "alive"},
		{"life of a group before its end", ended, event.NewState(event.Changed, byREST(19), values("name", "ops")), ""},
		{"the same values by a callback", known, event.NewState(event.Changed, at(30), values("name", "ops")), "alive name"},
	} {
		cached := State(&statusOf(c.known, true).Status, appID)
		for held, compact := range map[*event.State]bool{&cached: true, &c.known: false} {
			got := Difference(*held, c.told, compact)
			if fields := fieldsOf(got); fields != c.want {
				t.Errorf("%s (compact %t): difference %q, want %q", c.why, compact, fields, c.want)
			}
			if got.Last.Time != 0 && len(got.Registers) == 0 {
				t.Errorf("%s: a change of nothing", c.why)
			}
		}
	}
}

func fieldsOf(s event.State) string {
	var names []string
	for _, r := range s.Registers {
		names = append(names, r.Field)
	}
	return strings.Join(names, " ")
}

// TestADifferenceLeavesOutOnlyWhatConfirms: with the difference alone a group has the same values, and the same life, as with all
// that was told; and after them nothing of it differs any more.
func TestADifferenceLeavesOutOnlyWhatConfirms(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var known event.State
		for range rapid.IntRange(0, 4).Draw(t, "events") {
			known = merge.Join(known, drawState(t, rapid.SampledFrom([]event.Source{event.REST, event.Callback}).Draw(t, "source")))
		}
		told := drawState(t, event.REST)
		some, all := merge.Join(known, Difference(known, told, false)), merge.Join(known, told)
		all.Registers = slices.DeleteFunc(all.Registers, func(r event.Register) bool { _, had := some.Get(r.Field); return !had && r.Value == "" })
		if diff := cmp.Diff(valuesIn(all), valuesIn(some)); diff != "" {
			t.Fatalf("values, -all +difference\n%s", diff)
		}
		if merge.IsDestroyed(all) != merge.IsDestroyed(some) {
			t.Fatalf("destroyed %t, with all %t", merge.IsDestroyed(some), merge.IsDestroyed(all))
		}
		if again := Difference(some, told, false); len(again.Registers) > 0 {
			t.Fatalf("told again it differs again: %v", again)
		}
	})
}

func drawState(t *rapid.T, source event.Source) event.State {
	kind := rapid.SampledFrom([]event.Kind{event.Changed, event.Changed, event.Disbanded}).Draw(t, "kind")
	change := event.Change{Time: rapid.Int64Range(1, 5).Draw(t, "time"), Source: source}
	var told []event.Value
	for _, field := range []string{event.Name, event.Notification, event.CustomPrefix + "k"} {
		if rapid.Bool().Draw(t, field) {
			told = append(told, event.Value{Field: field, Value: rapid.SampledFrom([]string{"", "a", "b"}).Draw(t, "value")})
		}
	}
	return event.NewState(kind, change, told)
}

func valuesIn(s event.State) map[string]string {
	held := map[string]string{}
	for _, r := range s.Registers {
		if !event.IsClock(r.Field) {
			held[r.Field] = r.Value
		}
	}
	return held
}

func TestADigestStandsForAText(t *testing.T) {
	g := statusOf(event.NewState(event.Changed, at(1), values("notification", strings.Repeat("x", 8000), "introduction", "", "name", "n")), true)
	held := State(&g.Status, appID)
	n, _ := held.Get(event.Notification)
	if len(n.Value) > digestLength {
		t.Errorf("the cache holds %d bytes of a text", len(n.Value))
	}
	for field, want := range map[string]string{event.Notification: strings.Repeat("x", 8000), event.Introduction: "", event.Name: "n"} {
		r, _ := held.Get(field)
		if !IsValue(r, want, true) || IsValue(r, want+"y", true) {
			t.Errorf("%s is not told from another text", field)
		}
	}
	g.Annotations = map[string]string{"other": "x", imv1alpha1.AnnotationResyncRequestedAt: "now"}
	if Compact(g); len(g.Annotations) != 1 || g.Annotations[imv1alpha1.AnnotationResyncRequestedAt] != "now" {
		t.Errorf("annotations %v; want the request alone", g.Annotations)
	}
}
