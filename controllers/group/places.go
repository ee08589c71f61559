// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package group

import (
	"sync"
	"time"

	"github.com/imgroup-operator/imgroup-operator/internal/apps"
	"github.com/imgroup-operator/imgroup-operator/internal/event"
)

// slowWrite is how long a write may take before its IMApp counts as troubled: a webhook that hangs, most of the time.
const slowWrite = time.Second

// places are the workers of group sync, which IMApps share: at most half of them serve one, and a quarter one that is
// troubled, since its last writes failed or were slow; all that are troubled have half together. So nobody's trouble is
// another's.
type places struct {
	all int
	now func() time.Time

	mu       sync.Mutex
	apps     map[apps.Key]*tenant
	troubled map[apps.Key]*tenant // those of them that are
}

// tenant is one IMApp with work.
type tenant struct {
	busy    map[event.Key]time.Time // groups with a worker, and since when
	bad     uint8                   // of its last eight writes, one bit each: it failed or was slow
	waiting []event.Key             // groups that wait for a worker, each once
	queued  map[event.Key]bool
}

// result is how a turn went.
type result uint8

const (
	unknown result = iota // nothing was written
	fine                  // unless it was slow
	slow                  // only its time counts, for what went wrong is not the IMApp's alone
	troubled
)

func newPlaces(workers int, now func() time.Time) *places {
	return &places{all: workers, now: now, apps: map[apps.Key]*tenant{}, troubled: map[apps.Key]*tenant{}}
}

// enter takes a place, or remembers that the group waits for one.
func (p *places) enter(key event.Key) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := p.tenant(key)
	if p.room(t) > 0 {
		t.busy[key] = p.now()
		return true
	}
	if !t.queued[key] {
		t.queued[key] = true
		t.waiting = append(t.waiting, key)
	}
	return false
}

// holds reports whether a group has a place.
func (p *places) holds(key event.Key) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := p.apps[appOf(key)]
	return t != nil && !t.busy[key].IsZero()
}

// leave gives a place back. It returns the groups whose turn it is now: those that come next, and those that come behind all
// others.
func (p *places) leave(key event.Key, how result) (next, later []event.Key) {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := p.tenant(key)
	took := p.now().Sub(t.busy[key])
	delete(t.busy, key)
	if how != unknown {
		t.note(how == troubled || took > slowWrite)
	}
	if delete(p.troubled, appOf(key)); t.bad != 0 {
		p.troubled[appOf(key)] = t
	} else {
		next = t.take(p.room(t))
	}
	for _, o := range p.troubled {
		later = append(later, o.take(p.room(o)-len(later))...)
	}
	if len(t.busy) == 0 && len(t.waiting) == 0 && t.bad == 0 {
		delete(p.apps, appOf(key))
	}
	return next, later
}

// forgive forgets what went wrong in an outage.
func (p *places) forgive() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, t := range p.troubled {
		t.bad = 0
	}
	clear(p.troubled)
}

// room is how many more workers a tenant may have.
func (p *places) room(t *tenant) int {
	half := max(1, p.all/2)
	if t.bad == 0 {
		return half - len(t.busy)
	}
	for _, o := range p.troubled {
		half -= len(o.busy)
	}
	return min(max(1, p.all/4)-len(t.busy), half)
}

func (p *places) tenant(key event.Key) *tenant {
	t := p.apps[appOf(key)]
	if t == nil {
		t = &tenant{busy: map[event.Key]time.Time{}, queued: map[event.Key]bool{}}
		p.apps[appOf(key)] = t
	}
	return t
}

// note remembers whether a write went badly.
func (t *tenant) note(badly bool) {
	if t.bad <<= 1; badly {
		t.bad |= 1
	}
}

// take returns the first that wait.
func (t *tenant) take(n int) []event.Key {
	n = max(0, min(n, len(t.waiting)))
	next := t.waiting[:n:n]
	t.waiting = t.waiting[n:]
	for _, key := range next {
		delete(t.queued, key)
	}
	return next
}

func appOf(key event.Key) apps.Key { return apps.Key{Namespace: key.Namespace, Name: key.App} }
