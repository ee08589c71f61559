// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package fakeim

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"sync"
)

// Delivery says how badly callbacks are delivered. Its zero value is once each, in order.
type Delivery struct {
	Disorder         // places are counted in callbacks: one that is late waits for so many others, or for Settle
	Drop     float64 // the share that is never sent
	TimeOut  float64 // the share for which no answer is waited for: the request is written and its connection closed
	Retry    bool    // what timed out is sent once more: the console's "retry after timeout"
}

// letter is a callback on its way.
type letter struct {
	place, seq     int
	body           Body
	platform       string
	timeOut, again bool
}

// outbox holds callbacks until their turn. The order depends on the seed and on the callbacks, not on when it is asked.
type outbox struct {
	delivery Delivery
	wake     chan struct{} // filled when something was added

	mu      sync.Mutex
	random  *rand.Rand
	letters []letter // by place, of one place the later one first
	made    int
	stats   Stats
}

func newOutbox(seed uint64, d Delivery) outbox {
	return outbox{delivery: d, wake: make(chan struct{}, 1), random: rand.New(rand.NewPCG(seed, 2))}
}

// add takes a callback. It draws the same numbers for each, whatever becomes of it.
func (o *outbox) add(body Body, platform string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	d, r := o.delivery, o.random
	l := letter{place: o.made + r.IntN(d.Reorder+1), seq: o.made, body: body, platform: platform}
	drop, late, twice := r.Float64() < d.Drop, r.Float64() < d.Late, r.Float64() < d.Duplicate
	l.timeOut = r.Float64() < d.TimeOut
	delay, more := r.IntN(d.Delay+1), r.IntN(d.Delay+1)
	o.made++
	o.stats.Made++
	if drop {
		o.stats.Dropped++
		return
	}
	if late {
		l.place += delay
	}
	o.put(l)
	if twice {
		l.place, l.again = l.place+more, true
		o.put(l)
	}
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

func (o *outbox) put(l letter) {
	at, _ := slices.BinarySearchFunc(o.letters, l, func(a, b letter) int {
		return cmp.Or(cmp.Compare(a.place, b.place), cmp.Compare(b.seq, a.seq))
	})
	o.letters = slices.Insert(o.letters, at, l)
}

// next takes the callback whose turn it is: with all, whatever is left.
func (o *outbox) next(all bool) (letter, bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.letters) == 0 || !all && o.letters[0].place >= o.made {
		return letter{}, false
	}
	l := o.letters[0]
	o.letters = slices.Delete(o.letters, 0, 1)
	return l, true
}
