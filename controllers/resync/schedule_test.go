// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package resync

import (
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

func TestWhenAllGroupsAreFetched(t *testing.T) {
	const now = 10_000
	asked := func(app *imv1alpha1.IMApp, request, handled string) *imv1alpha1.IMApp {
		app.Annotations = map[string]string{imv1alpha1.AnnotationResyncRequestedAt: request}
		app.Status.Resync.LastHandledRequest = handled
		return app
	}
	done := func(app *imv1alpha1.IMApp) *imv1alpha1.IMApp { return resynced(app, metav1.ConditionTrue, 0) }
	failed := func(app *imv1alpha1.IMApp) *imv1alpha1.IMApp { return resynced(app, metav1.ConditionFalse, 0) }
	never := asked(appEvery(0), "now", "")
	never.Status.Resync = nil
	long := strings.Repeat("語", imv1alpha1.MaxResyncRequestLength)
	for _, c := range []struct {
		why  string
		app  *imv1alpha1.IMApp
		term *term
		want bool
	}{
		{"the start of a term", done(appEvery(1000, now-1, now)), &term{}, true},
		{"the start of a term, on demand only", done(appEvery(0, now-1, now)), &term{}, false},
		{"the same after a failure", failed(appEvery(0, now-1, now)), &term{}, true},
		{"nothing new", done(appEvery(1000, now-1, now)), &term{swept: true}, false},
		{"the interval and its tenth are over", done(appEvery(1000, now-1100, now)), &term{swept: true}, true},
		{"the interval less its tenth is not", done(appEvery(1000, now-899, now)), &term{swept: true}, false},
		{"long ago, on demand only", done(appEvery(0, 1, 2)), &term{swept: true}, false},
		{"it began far ahead: a clock was wrong", done(appEvery(1000, now+61, now)), &term{swept: true}, true},
		{"it began a little ahead", done(appEvery(1000, now+59, now)), &term{swept: true}, false},
		{"somebody asks", asked(done(appEvery(0, now-1, now)), "now", "before"), &term{swept: true}, true},
		{"somebody asks where there was none", never, &term{swept: true}, true},
		{"as was asked before", asked(done(appEvery(0, now-1, now)), "now", "now"), &term{swept: true}, false},
		{"a request that is cut", asked(done(appEvery(0, now-1, now)), long+"more", long), &term{swept: true}, false},
		{"what was due stays so", done(appEvery(0, now-1, now)), &term{swept: true, full: true}, true},
	} {
		if got := c.term.isDue(c.app, sec(now).Time); got != c.want {
			t.Errorf("%s: due %t", c.why, got)
		}
		if c.term.full != c.want {
			t.Errorf("%s: it must stay due until it is done", c.why)
		}
	}
}

func TestTheNextLookIsAtWhatComesFirst(t *testing.T) {
	now := sec(100).Time
	for _, c := range []struct {
		why      string
		app      *imv1alpha1.IMApp
		wanted   []time.Duration // from now
		min, max time.Duration
	}{
		{"nothing", appEvery(0), nil, 0, 0},
		{"the interval", appEvery(1000, 100), nil, 900 * time.Second, 1100 * time.Second},
		{"a single group before it", appEvery(1000, 100), []time.Duration{time.Minute, 3 * time.Second}, 3 * time.Second, 3 * time.Second},
		{"a single group after it", appEvery(10, 100), []time.Duration{time.Minute}, 9 * time.Second, 11 * time.Second},
		{"a single group alone", appEvery(0), []time.Duration{time.Minute}, time.Minute, time.Minute},
		{"one that is due", appEvery(0), []time.Duration{-time.Second}, time.Millisecond, time.Millisecond},
		{"an interval that is over", appEvery(10, 1), nil, time.Second, time.Second},
	} {
		var all terms
		term := all.of(chat)
		for i, d := range c.wanted {
			term.want(now.Add(d), string(rune('a'+i)))
		}
		if got := term.untilNext(c.app, now); got < c.min || got > c.max {
			t.Errorf("%s: %s, want %s to %s", c.why, got, c.min, c.max)
		}
	}
}

// Apps that begin together must not go on in step.
func TestIntervalsDifferByAppAndByStart(t *testing.T) {
	all := map[time.Duration]bool{}
	for _, uid := range []types.UID{"a", "b"} {
		for start := range int64(2) {
			app := appEvery(1000, start)
			app.UID = uid
			interval := jitter(app, 1000*time.Second)
			if all[interval] = true; interval < 900*time.Second || interval > 1100*time.Second {
				t.Errorf("%s is more than a tenth away", interval)
			}
		}
	}
	if len(all) != 4 {
		t.Errorf("%d different ones, want 4: %v", len(all), all)
	}
}
