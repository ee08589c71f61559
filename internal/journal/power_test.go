// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"cmp"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/imgroup-operator/imgroup-operator/internal/event"
)

var (
	rounds = flag.Int64("rounds", 4000, "lives of journals in the random test of faults and power losses")
	seed   = flag.Uint64("seed", 0, "the only history to run, as a failed one prints it")
)

// TestNothingIsLostByFaultsAndPowerLosses runs random operations on a disk that fails and loses power, and compares after
// each start: what was acknowledged is pending until its checkpoint, nothing is that was never appended, damage is
// reported only where a disk did not give what it held, and then the resync that it owes outlives every crash; service
// resumes as soon as the disk works.
func TestNothingIsLostByFaultsAndPowerLosses(t *testing.T) {
	if *seed != 0 {
		newHistory(t, *seed, t.TempDir()).run()
		return
	}
	first := rand.Uint64() | 1
	t.Logf("%d lives from -seed %d", *rounds, first)
	var next, lives atomic.Int64
	var workers sync.WaitGroup
	for range 2 {
		dir := t.TempDir()
		workers.Go(func() {
			for lives.Load() < *rounds && !t.Failed() {
				lives.Add(newHistory(t, first+uint64(next.Add(1)), dir).run())
			}
		})
	}
	workers.Wait()
	t.Logf("%d starts were compared", lives.Load())
}

// history is the lives of one journal, each of which ends somehow.
type history struct {
	t    *testing.T
	seed uint64
	rng  *rand.Rand
	dir  string
	disk *memDisk
	j    *Journal
	log  strings.Builder

	acked   map[event.Key][]event.Event // not checkpointed
	tried   map[event.Key][]event.Event // all that was ever appended, also in vain
	out     map[event.Key]event.Event   // what Pending gave last
	waiting []*request
	upTo    map[event.Key]uint64
	owed    map[App]bool // that are on the disk
	faults  bool         // there were some
	damage  bool         // was reported, and the resync that it owes was not asked for
	unit    int64        // small is quick
	at      int64
}

func newHistory(t *testing.T, seed uint64, dir string) *history {
	rng := rand.New(rand.NewPCG(seed, 0))
	return &history{t: t, seed: seed, rng: rng, dir: dir, disk: newMemDisk(rand.New(rand.NewPCG(seed, 1))),
		unit: 4096 << (rng.IntN(2) * rng.IntN(4)), acked: map[event.Key][]event.Event{}, tried: map[event.Key][]event.Event{}, out: map[event.Key]event.Event{}, upTo: map[event.Key]uint64{}, owed: map[App]bool{}}
}

func (r *history) fatal(format string, args ...any) {
	r.t.Errorf("-seed %d: %s\n%s", r.seed, fmt.Sprintf(format, args...), r.log.String())
}

func (r *history) say(format string, args ...any) { fmt.Fprintf(&r.log, format+"\n", args...) }

// run returns how many starts there were.
func (r *history) run() (starts int64) {
	for life := range 2 + r.rng.IntN(4) {
		if r.t.Failed() || !r.start(life) {
			return starts
		}
		starts++
		r.live()
		r.resume()
		r.end()
	}
	if !r.t.Failed() && r.start(-1) {
		starts++
	}
	return starts
}

// start opens the journal, now and then on a disk that fails meanwhile.
func (r *history) start(life int) bool {
	o := Options{MaxBytes: 1, MaxGroups: 1000, Fold: fold, disk: r.disk, unit: r.unit, patience: time.Nanosecond}
	if life > 0 && r.rng.IntN(4) == 0 {
		r.setFaults(0.3 * r.rng.Float64())
	}
	o.MaxBytes = 65536 << (r.rng.IntN(2) * r.rng.IntN(4)) // it changes from life to life
	if life > 0 && r.rng.IntN(4) == 0 {
		r.disk.spoil()
		defer r.disk.heal()
	}
	for {
		before := r.disk.medium
		j := newJournal(r.dir, o)
		j.batchLimit <<= r.rng.IntN(4) // else hardly a write has more than one event
		if err := j.recover(); err != nil {
			r.say("start: %v", err)
			if r.disk.chance == 0 {
				r.fatal("a start on a disk that works failed: %v", err)
				return false
			}
			r.disk.chance /= 2
			if r.rng.IntN(3) == 0 {
				r.disk.chance = 0
			}
			continue
		}
		r.disk.chance = 0
		r.j = j
		r.say("start: damage %v", j.Damage())
		if len(j.Damage()) > 0 {
			if r.disk.medium == before {
				r.fatal("a false report of damage: %v", j.Damage())
				return false
			}
			r.damage = true
		}
		if j.log.owed.all { // the MANIFEST that named them may be lost, and all that are known get one
			clear(r.owed)
		}
		for app := range r.owed {
			if !j.log.owed.all && !j.log.owed.apps[app] {
				r.fatal("the resync that is owed to %v is forgotten", app)
			}
		}
		r.checkOwed()
		r.compare(len(j.Damage()) > 0)
		return !r.t.Failed()
	}
}

func (r *history) setFaults(chance float64) {
	r.disk.mu.Lock()
	defer r.disk.mu.Unlock()
	r.disk.chance = chance
	r.faults = r.faults || chance > 0
}

func (r *history) checkOwed() {
	apps := []App{{"ns", "app0"}, {"ns", "app1"}}
	if !r.damage {
		return
	}
	if r.rng.IntN(2) == 0 { // nobody gets to ask for it
		return
	}
	if got := r.j.Owed(apps, true); !slices.Contains(got, apps[0]) || !slices.Contains(got, apps[1]) {
		r.fatal("resyncs owed to %v, want all", got)
	}
	if r.rng.IntN(2) == 0 {
		for _, a := range apps {
			r.j.Settle(a)
		}
		r.damage = false
	}
}

// compare holds what is pending against what must be, and against what may be. Of a damaged journal something may be
// missing, and is not missed again.
func (r *history) compare(damaged bool) {
	pending := map[event.Key]event.Event{}
	for _, key := range r.j.Keys() {
		pending[key] = r.pending(key)
	}
	for key, events := range r.acked {
		r.acked[key] = slices.DeleteFunc(events, func(ev event.Event) bool { return damaged && !covers(pending[key].State, ev.State) })
		for _, ev := range r.acked[key] {
			if !covers(pending[key].State, ev.State) {
				r.fatal("%v: acknowledged at %d and lost; pending is %v", key, ev.State.Last.Time, pending[key].State)
			}
		}
	}
	for key, ev := range pending {
		for _, g := range ev.State.Registers {
			if !slices.ContainsFunc(r.tried[key], func(e event.Event) bool { return slices.Contains(e.State.Registers, g) }) {
				r.fatal("%v: nobody appended %v", key, g)
			}
		}
	}
}

// pending looks without taking.
func (r *history) pending(key event.Key) event.Event {
	r.j.pending.mu.Lock()
	defer r.j.pending.mu.Unlock()
	if e := r.j.pending.entries[key]; e != nil {
		return r.j.pending.all(e).ev
	}
	return event.Event{}
}

// covers reports whether joining b to a changes no register.
func covers(a, b event.State) bool {
	for _, g := range b.Registers {
		if have, ok := a.Get(g.Field); !ok || cmp.Or(cmp.Compare(have.Time, g.Time), cmp.Compare(have.Value, g.Value)) < 0 {
			return false
		}
	}
	return true
}

func (r *history) live() {
	for range r.rng.IntN(60) {
		switch n := r.rng.IntN(21); {
		case n < 11:
			r.append()
		case n < 14:
			r.take()
		case n < 17:
			r.checkpoint()
		case n == 17:
			r.setFaults([]float64{0, 0.01, 0.05, 0.3, 1}[r.rng.IntN(5)])
		case n == 18:
			r.setFaults(0)
		case n == 19:
			r.burst()
		case n == 20:
			r.owe()
			_ = r.j.flush()
		}
	}
}

// owe owes and settles resyncs of apps of their own.
func (r *history) owe() {
	app := App{"ns", fmt.Sprint("owed", r.rng.IntN(3))}
	settle := r.rng.IntN(2) == 0
	if settle {
		r.j.Settle(app)
		delete(r.owed, app)
	} else {
		r.j.Owe(app)
	}
	if err := r.j.log.sweep(); err == nil && !settle {
		r.owed[app] = true
	}
}

func (r *history) key() event.Key {
	n := r.rng.IntN(6)
	return groupKey(fmt.Sprint("app", n%2), n)
}

// append puts some events into one batch.
func (r *history) append() {
	for range 1 + r.rng.IntN(3)*r.rng.IntN(3) {
		r.put(r.key(), strings.Repeat("x", []int{1, 30, 100, 400, 1100}[r.rng.IntN(5)]))
	}
	_ = r.commit()
}

// burst makes a segment or two of one hot group.
func (r *history) burst() {
	key := r.key()
	for range 20 {
		r.put(key, strings.Repeat("y", 300))
		_ = r.commit()
	}
}

func (r *history) put(key event.Key, text string) {
	r.at++
	ev := renamed(key, r.at, text)
	r.tried[key] = append(r.tried[key], ev)
	q := newRequest(ev)
	if err := r.j.queue.put(q); err != nil {
		r.fatal("%v", err)
	}
	r.waiting = append(r.waiting, q)
}

// commit lets the journal write what waits, and returns the last error.
func (r *history) commit() (last error) {
	cost := r.j.pending.cost
	for len(r.j.queue.waiting) > 0 {
		_ = r.j.turn()
	}
	for _, q := range r.waiting {
		ev, size := q.ev, q.size()
		err := <-q.done
		q.release()
		r.say("append %v %d bytes at %d: %v", ev.Key.GroupID, size, ev.State.Last.Time, err)
		if cost += 2 * size; err == nil {
			r.acked[ev.Key] = append(r.acked[ev.Key], ev)
			continue
		}
		full := errors.Is(err, ErrFull) || errors.Is(err, ErrShare)
		if !r.faults && !(full && cost > r.j.pending.maxCost/2) {
			r.fatal("refused on a disk that works, with %d of %d bytes pending: %v", cost, r.j.pending.maxCost, err)
		}
		last = err
	}
	r.waiting = r.waiting[:0]
	return last
}

func (r *history) take() {
	key := r.key()
	ev, upTo, ok := r.j.Pending(key)
	if ok {
		r.out[key], r.upTo[key] = ev, upTo
	}
}

func (r *history) checkpoint() {
	key := r.key()
	ev, ok := r.out[key]
	if !ok {
		return
	}
	r.say("checkpoint %v", key.GroupID)
	r.j.Checkpoint(key, r.upTo[key])
	delete(r.out, key)
	r.acked[key] = slices.DeleteFunc(r.acked[key], func(e event.Event) bool { return covers(ev.State, e.State) })
}

// resume wants the journal to work as soon as the disk does.
func (r *history) resume() {
	r.setFaults(0)
	r.put(groupKey("app2", 0), "resumed")
	err := r.commit()
	if errors.Is(err, ErrFull) {
		for _, key := range r.j.Keys() {
			_, upTo, _ := r.j.Pending(key)
			r.j.Checkpoint(key, upTo)
			r.acked[key] = nil
		}
		for range 3 { // the checkpoints make room, and the old segments go
			if r.put(groupKey("app2", 0), "resumed"); r.commit() == nil {
				return
			}
		}
	}
	if err != nil {
		r.fatal("refused on a disk that works again: %v", err)
	}
}

// end closes the journal, kills it or cuts the power, with or without a disk that fails at that moment.
func (r *history) end() {
	clear(r.out)
	if r.rng.IntN(3) == 0 {
		r.setFaults(0.2 * r.rng.Float64())
	}
	switch r.rng.IntN(3) {
	case 0:
		r.j.finish()
		r.say("closed: %v", r.j.err)
		r.disk = r.disk.cut(false)
	case 1:
		r.say("killed")
		r.disk = r.kill(false)
	case 2:
		r.say("power lost")
		r.disk = r.kill(true)
	}
}

func (r *history) kill(lost bool) *memDisk {
	if r.rng.IntN(2) == 0 { // in the middle of an append
		r.setFaults(1)
		r.append()
	}
	return r.disk.cut(lost)
}
