// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package group

import (
	"slices"
	"testing"
	"time"

	"github.com/imgroup-operator/imgroup-operator/internal/event"
)

func newTestPlaces(workers int) (*places, *clock) {
	c := &clock{time.Unix(1000, 0)}
	return newPlaces(workers, c.Now), c
}

// fill lets groups of an IMApp take places until there are none, and returns how many it got.
func fill(p *places, app string) (got int) {
	for i := range p.all {
		if p.enter(groupOf(app, i)) {
			got++
		}
	}
	return got
}

// harm makes an IMApp troubled by one write that failed.
func harm(p *places, app string) {
	p.enter(groupOf(app, -1))
	p.leave(groupOf(app, -1), troubled)
}

func TestThePlacesOfOneIMAppFollowTheWorkers(t *testing.T) {
	for _, c := range []struct{ workers, fine, troubled int }{
		{1, 1, 1}, {2, 1, 1}, {3, 1, 1}, {4, 2, 1}, {7, 3, 1}, {8, 4, 2}, {16, 8, 4}, {64, 32, 16},
	} {
		p, _ := newTestPlaces(c.workers)
		if got := fill(p, "fine"); got != c.fine {
			t.Errorf("of %d workers %d serve one IMApp, want %d", c.workers, got, c.fine)
		}
		harm(p, "bad")
		if got := fill(p, "bad"); got != c.troubled {
			t.Errorf("of %d workers %d serve a troubled one, want %d", c.workers, got, c.troubled)
		}
	}
}

func TestGroupsThatWaitComeInTheirOrderAndOnce(t *testing.T) {
	p, _ := newTestPlaces(4)
	first, second := groupOf("chat", 0), groupOf("chat", 1)
	p.enter(first)
	p.enter(second)
	for range 3 {
		p.enter(groupOf("chat", 2))
	}
	p.enter(groupOf("chat", 3))
	for _, c := range []struct {
		leaves event.Key
		next   []event.Key
	}{{first, []event.Key{groupOf("chat", 2)}}, {second, []event.Key{groupOf("chat", 3)}}} {
		next, later := p.leave(c.leaves, fine)
		if !slices.Equal(next, c.next) || len(later) > 0 {
			t.Errorf("after %v come %v, and later %v; want %v", c.leaves, next, later, c.next)
		}
		for _, key := range next { // as the queue brings them
			if !p.enter(key) {
				t.Errorf("%v was woken and has no place", key)
			}
		}
	}
	if p.holds(first) || !p.holds(groupOf("chat", 3)) || p.holds(groupOf("nobody", 1)) {
		t.Error("who holds a place and who does not is mixed up")
	}
}

func TestTroubleIsRememberedForEightWrites(t *testing.T) {
	for _, c := range []struct {
		why  string
		how  result
		took time.Duration
		bad  bool
	}{
		{"a write that went well", fine, 0, false},
		{"a write within a second", fine, slowWrite, false},
		{"a slow write", fine, slowWrite + 1, true},
		{"a failure", troubled, 0, true},
		{"a failure that is not the IMApp's", slow, 0, false},
		{"the same, slow", slow, slowWrite + 1, true},
		{"a turn without a write, however long", unknown, time.Minute, false},
	} {
		p, clock := newTestPlaces(16)
		key := groupOf("chat", 0)
		p.enter(key)
		clock.step(c.took)
		if p.leave(key, c.how); len(p.troubled) == 1 != c.bad {
			t.Errorf("%s: troubled %t", c.why, !c.bad)
		}
		for n := range 8 {
			if still := len(p.troubled) == 1; still != c.bad {
				t.Errorf("%s, then %d that went well: troubled %t", c.why, n, still)
			}
			p.enter(key)
			p.leave(key, fine)
		}
		if len(p.troubled)+len(p.apps) > 0 {
			t.Errorf("%s: after eight writes that went well %d are troubled, %d remembered", c.why, len(p.troubled), len(p.apps))
		}
	}
}

func TestAnOutageIsNobodysTrouble(t *testing.T) {
	p, _ := newTestPlaces(16)
	harm(p, "chat")
	p.forgive()
	if got := fill(p, "chat"); got != 8 {
		t.Errorf("%d places after the end of an outage, want 8", got)
	}
}

// What a troubled IMApp gives back may be another troubled one's turn, behind all others.
func TestTroubledOnesTakeTurns(t *testing.T) {
	p, _ := newTestPlaces(4) // two for all that are troubled, one for each
	for _, app := range []string{"a", "b", "c"} {
		harm(p, app)
	}
	p.enter(groupOf("a", 0))
	p.enter(groupOf("b", 0))
	if p.enter(groupOf("c", 0)) {
		t.Fatal("two have all places of the troubled ones")
	}
	next, later := p.leave(groupOf("a", 0), troubled)
	if len(next) > 0 || !slices.Equal(later, []event.Key{groupOf("c", 0)}) {
		t.Errorf("next %v, later %v; want c later", next, later)
	}
}
