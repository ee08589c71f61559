// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package resync

import (
	"slices"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/conditions"
	"github.com/imgroup-operator/imgroup-operator/internal/event"
	"github.com/imgroup-operator/imgroup-operator/internal/imcloud"
)

// A Date that is ahead would make the callbacks of this moment stale.
func TestTheWatermarkIsNeverAboveLocalTime(t *testing.T) {
	start := time.Unix(1_700_000_000, 500_000_000)
	for _, c := range []struct {
		why    string
		server time.Duration // after start
		want   time.Time
	}{
		{"the same clock", 2 * time.Second, start.Truncate(time.Second)},
		{"a Date that is behind", -time.Minute, start.Add(-62 * time.Second).Truncate(time.Second)},
		{"a Date that is ahead", time.Hour, start},
	} {
		if got := watermark(start, start.Add(2*time.Second), start.Add(c.server)); got.After(start) || got.Sub(c.want).Abs() > time.Second {
			t.Errorf("%s: %s, want %s", c.why, got, c.want)
		}
	}
}

// newProgress is that of a run that began a minute ago.
func newProgress() (*progress, time.Time) {
	now := time.Unix(1_700_000_060, 0)
	return &progress{app: withREST(), now: func() time.Time { return now }, start: now.Add(-time.Minute)}, now
}

func told(fields ...string) imcloud.Result {
	r := imcloud.Result{Outcome: imcloud.Observed}
	for _, f := range fields {
		r.Values = append(r.Values, event.Value{Field: f})
	}
	return r
}

// A callback is stale only in the fields that Tencent told of every group.
func TestTheWatermarkHoldsForTheFieldsThatEveryGroupTold(t *testing.T) {
	for _, c := range []struct {
		why     string
		results []imcloud.Result
		want    []string
	}{
		{"no group", nil, nil},
		{"one group", []imcloud.Result{told("name", "owner")}, []string{"name", "owner"}},
		{"a field that one lacks", []imcloud.Result{told("name", "owner"), told("name")}, []string{"name"}},
		{"a field that only the second has", []imcloud.Result{told("name"), told("name", "owner")}, []string{"name"}},
		{"one that tells nothing", []imcloud.Result{told("name"), told(), told("name")}, nil},
		{"one that was disbanded does not count", []imcloud.Result{told("name"), {Outcome: imcloud.Destroyed}}, []string{"name"}},
	} {
		p, _ := newProgress()
		for _, r := range c.results {
			r.ServerTime = time.Unix(1_700_000_058, 0)
			p.note(r, true)
		}
		app := withREST()
		p.completed(app)
		if got := app.Status.Resync.WatermarkFields; !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", c.why, got, c.want)
		}
		if w := app.Status.Resync.Watermark; (w == nil) != (len(c.results) == 0) {
			t.Errorf("%s: the watermark is %v", c.why, w)
		}
	}
}

func TestTheWatermarkNeverMovesBack(t *testing.T) {
	for why, c := range map[string]struct {
		known time.Duration // against the start of this run
		want  time.Duration
	}{"an older one": {-time.Hour, 0}, "a newer one, of another leader": {time.Minute, time.Minute}} {
		p, _ := newProgress()
		p.watermark = p.start
		p.unread = []string{"b", "a"}
		app := withREST()
		known := metav1.NewMicroTime(p.start.Add(c.known))
		app.Status.Resync = &imv1alpha1.ResyncStatus{Watermark: &known, Unread: []string{"old"}}
		p.completed(app)
		s := app.Status.Resync
		if !s.Watermark.Time.Equal(p.start.Add(c.want)) {
			t.Errorf("%s: %s", why, s.Watermark)
		}
		if raised := c.want == 0; slices.Equal(s.Unread, []string{"a", "b"}) != raised {
			t.Errorf("%s: unread %q must be that of the watermark", why, s.Unread)
		}
	}
}

func TestTheStatusFollowsARun(t *testing.T) {
	p, now := newProgress()
	app := withREST()
	app.Status.Resync = &imv1alpha1.ResyncStatus{GroupsTotal: new(int32), CompletionTime: &metav1.Time{Time: now.Add(-time.Hour)}}
	p.app.Annotations = map[string]string{imv1alpha1.AnnotationResyncRequestedAt: "now"}
	p.begun(app)
	s := app.Status.Resync
	if !s.StartTime.Time.Equal(p.start) || s.CompletionTime != nil || s.GroupsTotal != nil || *s.GroupsDone != 0 || s.LastHandledRequest != "" {
		t.Errorf("begun: %+v", s)
	}
	if reason := conditions.Reason(app.Status.Conditions, imv1alpha1.ConditionResynced); reason != imv1alpha1.ReasonResyncRunning {
		t.Errorf("begun: %s", reason)
	}
	p.total.Store(7)
	p.done.Store(3)
	if p.progressed(app); *s.GroupsTotal != 7 || *s.GroupsDone != 3 || s.CompletionTime != nil {
		t.Errorf("on its way: %+v", s)
	}
	p.done.Store(7)
	if p.completed(app); *s.GroupsDone != 7 || !s.CompletionTime.Time.Equal(now) || s.LastHandledRequest != "now" {
		t.Errorf("completed: %+v", s)
	}
	p.begun(app)
	if reason := conditions.Reason(app.Status.Conditions, imv1alpha1.ConditionResynced); reason != imv1alpha1.ReasonResyncCompleted {
		t.Errorf("the next one says %s while it runs; it leaves the condition as it is", reason)
	}
}

func TestWhatKeepsAResyncFromBeingComplete(t *testing.T) {
	for _, c := range []struct {
		why    string
		unread int
		keys   bool // were refused
		want   string
	}{
		{"nothing", 0, false, ""},
		{"as many odd groups as there may be", maxUnread, false, ""},
		{"one more", maxUnread + 1, false, imv1alpha1.ReasonResyncFailed},
		{"the keys of custom fields", 0, true, imv1alpha1.ReasonRequestRefused},
		{"both: what is wrong with groups is more", maxUnread + 1, true, imv1alpha1.ReasonResyncFailed},
	} {
		p, _ := newProgress()
		p.note(imcloud.Result{Outcome: imcloud.Observed, KeysRefused: c.keys}, true)
		p.note(imcloud.Result{Outcome: imcloud.InvalidID}, false) // which is an answer
		for range c.unread {
			p.note(imcloud.Result{Outcome: imcloud.Refused, GroupID: "odd", Code: 10007}, false)
		}
		err := p.fault()
		if (err != nil) != (c.want != "") || err != nil && reasonOf(err) != c.want {
			t.Errorf("%s: %v, want %q", c.why, err, c.want)
		}
	}
}

func TestOnlyCustomFieldsThatAreAbsentAreKnownToBeEmpty(t *testing.T) {
	got := deletedFields([]string{event.Notification, event.CustomPrefix + "Level", event.Owner})
	if want := (event.Value{Field: event.CustomPrefix + "Level"}); len(got) != 1 || got[0] != want {
		t.Errorf("%v, want %v", got, want)
	}
}
