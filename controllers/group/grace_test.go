// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package group

import (
	"testing"
	"time"

	"github.com/imgroup-operator/imgroup-operator/internal/event"
)

func TestAGracePeriodBeginsWithTheFirstQuestionAndEndsOnce(t *testing.T) {
	var p gracePeriods
	start := time.Unix(1_700_000_000, 0)
	a, b := event.Key{GroupID: "a"}, event.Key{GroupID: "b"}
	for _, step := range []struct {
		why    string
		key    event.Key
		reason string
		later  time.Duration
		want   time.Duration
	}{
		{"the first question", a, "app_gone", 0, 10 * time.Minute},
		{"4 minutes later", a, "app_gone", 4 * time.Minute, 6 * time.Minute},
		{"another group", b, "app_gone", 4 * time.Minute, 10 * time.Minute},
		{"the end", a, "app_gone", 10 * time.Minute, 0},
		{"another reason begins anew", a, "max_count", 10 * time.Minute, 10 * time.Minute},
		{"and so does the first, when it comes back", a, "app_gone", 11 * time.Minute, 10 * time.Minute},
	} {
		if got := p.left(step.key, step.reason, 10*time.Minute, start.Add(step.later)); got != step.want {
			t.Errorf("%s: %s are left, want %s", step.why, got, step.want)
		}
	}
	p.end(a)
	p.end(b)
	if len(p.all) != 0 {
		t.Errorf("%d grace periods stay in memory", len(p.all))
	}
}
