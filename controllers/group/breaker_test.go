// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package group

import (
	"testing"
)

func TestTheBreakerOpensAndCloses(t *testing.T) {
	const meets, slow, away, back, woken = "a write meets what all meet", "a write takes too long", "the probe fails", "the probe succeeds", "all were woken"
	type state struct{ parked, probing, ended bool }
	for _, c := range []struct {
		why   string
		steps []string
		want  state
	}{
		{"closed", nil, state{}},
		{"an outage", []string{meets}, state{parked: true, probing: true}},
		{"one that goes on", []string{meets, away, meets}, state{parked: true, probing: true}},
		{"its end", []string{meets, away, back}, state{ended: true}},
		{"all were woken", []string{meets, back, woken}, state{}},
		{"the next outage before they were", []string{meets, back, meets}, state{parked: true, probing: true, ended: true}},
		{"a slow write parks nobody", []string{slow}, state{probing: true}},
		{"and wakes nobody if the probe succeeds", []string{slow, back}, state{}},
		{"the probe after it fails", []string{slow, away}, state{parked: true, probing: true}},
		{"a slow write in an outage", []string{meets, slow}, state{parked: true, probing: true}},
		{"an outage while a slow write is looked into", []string{slow, meets}, state{parked: true, probing: true}},
	} {
		b, key, ends := &breaker{}, groupOf("chat", 1), uint64(0)
		for _, step := range c.steps {
			_, probing := b.asks()
			switch step {
			case meets, slow:
				if due := b.trip(key, step == slow); due == probing {
					t.Errorf("%s: after %q a probe is due: %t", c.why, step, due)
				}
			case away, back:
				if b.probed(step == away); step == back && c.steps[0] == meets {
					ends = 1
				}
			case woken:
				b.reset()
			}
		}
		app, probing := b.asks()
		parked := b.parked()
		if got := (state{parked > 0, probing, b.hasEnded()}); got != c.want || b.ended() != ends {
			t.Errorf("%s: %+v after %d outages, want %+v, %d", c.why, got, b.ended(), c.want, ends)
		}
		if probing && app != appOf(key) {
			t.Errorf("%s: the probe asks for %v", c.why, app)
		}
		if parked > 0 && (parked < parkedFor || parked > 2*parkedFor) {
			t.Errorf("%s: parked for %s", c.why, parked)
		}
	}
}
