// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"slices"
	"sync"

	"github.com/imgroup-operator/imgroup-operator/internal/event"
)

// pending is what the journal holds, folded by group: its size depends on the number of groups, never on how
// often they change.
type pending struct {
	join      func(older, newer event.Event) event.Event
	maxGroups int
	maxCost   int64
	bigRecord int64 // from this size on a record may leave a segment half empty

	mu      sync.Mutex
	entries map[event.Key]*entry
	apps    map[App]*usage
	cost    int64
	buf     []byte
}

// usage is what an app holds. It may hold half of the journal.
type usage struct {
	groups int
	cost   int64
}

// slot is the fold of events of one group.
type slot struct {
	ev   event.Event
	upTo uint64   // seq of the newest event in it; 0 = the slot is empty
	size int64    // of the fold as a record
	seg  *segment // holds the oldest record of it
}

// entry is a group with pending events. What Pending gave out stays apart from what came since, so that a checkpoint
// takes away just that.
type entry struct {
	key          event.Key
	taken, fresh slot
	reserved     int64 // bytes of appends under way
	flights      int   // number of appends under way
	cost         int64 // what the entry counts against the bounds
	usage        *usage

	home       *segment // the list it is in: the oldest of its slots' segments
	prev, next *entry
}

// admit reserves room for an event of size bytes, or says why there is none.
func (p *pending) admit(key event.Key, size int64) (*entry, error) {
	e, known := p.entries[key]
	if !known {
		e = p.newEntry(key)
	}
	more, u := p.costOf(e.size()+size)-e.cost, e.usage
	switch {
	case !known && u.groups >= max(1, p.maxGroups/2), u.cost+more > p.maxCost/2:
		return nil, ErrShare
	case !known && len(p.entries) >= p.maxGroups, p.cost+more > p.maxCost:
		return nil, ErrFull
	}
	if !known {
		p.enter(e)
	}
	e.reserved += size
	e.flights++
	p.charge(e)
	return e, nil
}

// newEntry makes an entry that is not in the maps yet.
func (p *pending) newEntry(key event.Key) *entry {
	u := p.apps[App{key.Namespace, key.App}]
	if u == nil {
		u = &usage{}
	}
	return &entry{key: key, usage: u}
}

func (p *pending) enter(e *entry) {
	p.entries[e.key], p.apps[App{e.key.Namespace, e.key.App}] = e, e.usage
	e.usage.groups++
}

// land ends a flight that admit began.
func (p *pending) land(e *entry, size int64) {
	e.reserved -= size
	e.flights--
	p.settle(e)
}

// add folds a durable event into its group.
func (p *pending) add(e *entry, s slot) {
	e.fresh = p.fold(e.fresh, s)
	p.settle(e)
}

// recovered is add for the replay of the log, where nothing is refused.
func (p *pending) recovered(s slot) {
	e := p.entries[s.ev.Key]
	if e == nil {
		e = p.newEntry(s.ev.Key)
		p.enter(e)
	}
	p.add(e, s)
}

// take gives out all that is pending of a group.
func (p *pending) take(key event.Key) (slot, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	e := p.entries[key]
	if e == nil {
		return slot{}, false
	}
	if e.fresh.upTo > 0 {
		e.taken, e.fresh = p.fold(e.taken, e.fresh), slot{}
		p.settle(e)
	}
	return e.taken, e.taken.upTo > 0
}

// clear forgets the events of a group up to upTo, as far as they were given out, and reports whether there were any.
func (p *pending) clear(key event.Key, upTo uint64) bool {
	e := p.entries[key]
	if e == nil {
		return false
	}
	cleared := false
	for _, s := range []*slot{&e.taken, &e.fresh} {
		if s.upTo > 0 && s.upTo <= upTo {
			*s, cleared = slot{}, true
		}
	}
	p.settle(e)
	return cleared
}

// fold joins a newer slot into an older one.
func (p *pending) fold(a, b slot) slot {
	if a.upTo == 0 || b.upTo == 0 {
		if a.upTo == 0 {
			return b
		}
		return a
	}
	b.ev = p.join(a.ev, b.ev)
	p.buf = event.Append(p.buf[:0], b.ev)
	b.size, b.seg = int64(recordSize(len(p.buf))), a.seg
	return b
}

// settle brings the bounds, the lists and the map in line after an entry changed.
func (p *pending) settle(e *entry) {
	p.charge(e)
	home := e.taken.seg
	if home == nil {
		home = e.fresh.seg
	}
	e.moveTo(home)
	if home == nil && e.flights == 0 && p.entries[e.key] == e {
		delete(p.entries, e.key)
		if e.usage.groups--; e.usage.groups == 0 {
			delete(p.apps, App{e.key.Namespace, e.key.App})
		}
	}
}

func (p *pending) charge(e *entry) {
	cost := p.costOf(e.size())
	more := cost - e.cost
	e.cost = cost
	e.usage.cost += more
	p.cost += more
	if e.home != nil {
		e.home.cost += more
	}
}

func (e *entry) size() int64 { return e.taken.size + e.fresh.size + e.reserved }

// costOf is the most that a record of this size takes when it is carried forward, with its part of the space that
// stays empty at the end of segments: one in eight of small records, all of it for one that nearly fills a segment.
func (p *pending) costOf(size int64) int64 {
	if size < p.bigRecord {
		return size + size/8
	}
	return 2 * size
}

// all is the fold of both slots.
func (p *pending) all(e *entry) slot { return p.fold(e.taken, e.fresh) }

// carried tells that all of the entry is in seg now.
func (p *pending) carried(e *entry, seg *segment) {
	for _, s := range []*slot{&e.taken, &e.fresh} {
		if s.upTo > 0 {
			s.seg = seg
		}
	}
	p.settle(e)
}

func (e *entry) moveTo(home *segment) {
	if e.home == home {
		return
	}
	if e.home != nil {
		e.home.cost -= e.cost
		e.unlink()
	}
	if e.home = home; home == nil {
		return
	}
	home.cost += e.cost
	if e.next = home.live; e.next != nil {
		e.next.prev = e
	}
	home.live = e
}

func (e *entry) unlink() {
	if e.prev != nil {
		e.prev.next = e.next
	} else {
		e.home.live = e.next
	}
	if e.next != nil {
		e.next.prev = e.prev
	}
	e.prev, e.next = nil, nil
}

// keys lists the groups with pending events.
func (p *pending) keys() []event.Key {
	p.mu.Lock()
	defer p.mu.Unlock()
	keys := make([]event.Key, 0, len(p.entries))
	for k, e := range p.entries {
		if e.home != nil {
			keys = append(keys, k)
		}
	}
	return slices.Clip(keys)
}

func (p *pending) groups() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.entries)
}
