// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/imgroup-operator/imgroup-operator/internal/event"
)

// TestNothingIsRefusedForHousekeeping appends and checkpoints at random on a disk that works, mostly at the bounds, and wants
// ErrFull only where the bound of what is pending says so.
func TestNothingIsRefusedForHousekeeping(t *testing.T) {
	first := rand.Uint64()
	if *seed != 0 {
		first = *seed
	}
	until := time.Now().Add(3 * time.Second)
	for n := uint64(0); time.Now().Before(until) && !t.Failed(); n++ {
		fillAtRandom(t, first+n)
	}
}

func fillAtRandom(t *testing.T, seed uint64) {
	rng := rand.New(rand.NewPCG(seed, 7))
	unit := int64(4096) << rng.IntN(2)
	o := Options{MaxBytes: unit * int64(16+rng.IntN(100)), MaxGroups: 10000, Fold: fold, disk: newMemDisk(rng), unit: unit}
	j := newJournal("dir", o)
	if err := j.recover(); err != nil {
		t.Fatal(err)
	}
	groups, sticky := 4+rng.IntN(200), rng.Float64()
	sizes := []int{1, 30, int(unit/16) - 130, int(unit/16) + 20, int(unit / 3), int(unit)}
	sizes = sizes[:1+rng.IntN(len(sizes))]
	old, unread := int64(0), rng.IntN(2)*rng.IntN(8)
	given := map[event.Key]uint64{}
	for i := range 3000 {
		key := groupKey(fmt.Sprint("app", rng.IntN(3)), rng.IntN(groups))
		if rng.Float64() < 0.2 && rng.Float64() > sticky {
			_, upTo, ok := j.Pending(key)
			if ok {
				given[key] = upTo
			}
			if upTo := given[key]; upTo > 0 {
				j.Checkpoint(key, upTo)
			}
			continue
		}
		if rng.IntN(10) == 0 {
			j.Pending(key)
		}
		q := newRequest(renamed(key, int64(i), strings.Repeat("x", sizes[rng.IntN(len(sizes))])))
		size := q.size()
		if unread > 0 && len(j.log.sealed()) > 0 && i%50 == 0 { // as a start finds them
			if s := j.log.sealed()[rng.IntN(len(j.log.sealed()))]; !s.unread && !s.old {
				s.unread, s.old = true, true
				old += s.size
				unread--
			}
		}
		j.pending.mu.Lock()
		cost := j.pending.cost
		_, room := j.room()
		e, full := j.pending.admit(key, size) // whether the bound of what is pending has room
		if full == nil {
			j.pending.land(e, size)
		}
		j.pending.mu.Unlock()
		if err := j.queue.put(q); err != nil {
			t.Fatal(err)
		}
		_ = j.turn()
		if err := <-q.done; errors.Is(err, ErrFull) && full == nil {
			t.Errorf("-seed %d: op %d of %d bytes: %v with %d of %d pending, room %d, %d of %d bytes used, unit %d, sizes %v, %d groups, %d old", seed, i, size, err,
				cost, j.pending.maxCost, room, j.log.bytes.Load(), j.log.budget, unit, sizes, groups, old)
			return
		}
		if used := j.log.bytes.Load(); used > max(j.log.budget, old+2*(j.pending.maxCost+slack*j.log.segmentSize)) {
			t.Errorf("-seed %d: op %d: %d bytes of %d used", seed, i, used, j.log.budget)
			return
		}
	}
}

// TestGroupsThatGrowAtTheBoundAreNotRefused has a log full of groups just below the size from which a record counts twice, which
// then grow a little, all of them.
func TestGroupsThatGrowAtTheBoundAreNotRefused(t *testing.T) {
	for n := range 200 {
		growAtTheBound(t, rand.New(rand.NewPCG(uint64(n), 3)), n)
	}
}

func growAtTheBound(t *testing.T, rng *rand.Rand, n int) {
	const unit = 4096
	o := Options{MaxBytes: unit * int64(16+rng.IntN(60)), MaxGroups: 10000, Fold: fold, disk: newMemDisk(rng), unit: unit}
	j := newJournal("dir", o)
	if err := j.recover(); err != nil {
		t.Fatal(err)
	}
	at := int64(0)
	put := func(key event.Key, field, text string) {
		at++
		change := event.Change{Time: at, Command: "c", Source: event.Callback}
		ev := event.Event{Key: key, SDKAppID: 1, Received: epoch, State: event.NewState(event.Changed, change, []event.Value{{Field: field, Value: text}})}
		q := newRequest(ev)
		j.pending.mu.Lock()
		e, full := j.pending.admit(key, q.size())
		if full == nil {
			j.pending.land(e, q.size())
		}
		cost := j.pending.cost
		_, room := j.room()
		j.pending.mu.Unlock()
		_ = j.queue.put(q)
		_ = j.turn()
		if err := <-q.done; errors.Is(err, ErrFull) && full == nil {
			t.Errorf("%d: at %d: %v with %d of %d pending, room %d, %d of %d bytes used", n, at, err, cost, j.pending.maxCost, room, j.log.bytes.Load(), j.log.budget)
		}
	}
	hot := groupKey("app0", 1000)
	groups := 0
	share := 0.3 + 0.6*rng.Float64()
	for float64(j.pending.cost) < share*float64(j.pending.maxCost) && groups < 900 {
		put(groupKey(fmt.Sprint("app", groups%2), groups), event.Name, strings.Repeat("x", unit/16-100-rng.IntN(30)))
		groups++
		for range rng.IntN(8) {
			put(hot, event.Name, strings.Repeat("y", 200))
		}
	}
	for range rng.IntN(300) {
		put(hot, event.Name, strings.Repeat("y", 200))
	}
	for round := range 3 {
		for i := range groups {
			if rng.IntN(2) == 0 {
				i = groups - 1 - i
			}
			put(groupKey(fmt.Sprint("app", i%2), i), event.Notification, strings.Repeat("z", 1+20*round))
		}
		if t.Failed() {
			return
		}
	}
}
