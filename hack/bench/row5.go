// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"
)

const (
	// hotRate is a little above the 10,000 callbacks per second that are promised, so that a late start does not miss them.
	hotRate    = 10_500
	hotAtLeast = 10_000
	hotConns   = 128
)

// row5 sends all callbacks to one group: the writes must collapse, none may conflict, and the object must not fall
// behind.
func (b *bench) row5(ctx context.Context) (err error) {
	app, err := b.seeded(ctx, "hot", 1)
	if err != nil {
		return err
	}
	o, err := b.startOperator(ctx, app.Namespace)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.stop()) }()
	if _, err := b.hotSpellOf(ctx, o, app.Namespace, b.warmUp); err != nil {
		return err
	}
	var all []hotResult
	err = b.eachRound(ctx, func() error {
		r, err := b.hotSpellOf(ctx, o, app.Namespace, b.hotSpell)
		all = append(all, r)
		return err
	})
	b.addHot(all)
	return err
}

// hotResult is what one spell of one hot group came to.
type hotResult struct {
	rate, writes, events, conflicts, lost float64 // callbacks per second; then counts
	callbacks                             float64
	p50, p99                              time.Duration
}

func (b *bench) addHot(all []hotResult) {
	values := func(f func(hotResult) float64) (v []float64) {
		for _, r := range all {
			v = append(v, f(r))
		}
		return v
	}
	rates := figure{Row: "5", What: "callbacks to the one group", Unit: "/s", Values: values(func(r hotResult) float64 { return r.rate }),
		Bound: &bound{Floor: hotAtLeast, Goal: hotAtLeast, Worst: true}}
	b.add(rates)
	b.add(figure{Row: "5", What: "API writes (Events included) ÷ callbacks", Values: values(func(r hotResult) float64 { return (r.writes + r.events) / r.callbacks }), Bound: atMost(0.005, 0.003)})
	b.add(figure{Row: "5", What: "conflicts of our own making", Values: values(func(r hotResult) float64 { return r.conflicts }), Bound: none()})
	b.add(figure{Row: "5", What: "lag p99, callback sent → visible in a watch", Unit: "ms", Values: values(func(r hotResult) float64 { return milliseconds(r.p99) }), Bound: atMost(100, 60)})
	b.add(figure{Row: "5", What: "newest acknowledged change not in the object", Values: values(func(r hotResult) float64 { return r.lost }), Bound: none()})
	b.detail("5", "lag p50", "ms", values(func(r hotResult) float64 { return milliseconds(r.p50) }))
	b.detail("5", "status writes", "", values(func(r hotResult) float64 { return r.writes }))
	b.detail("5", "Events written", "", values(func(r hotResult) float64 { return r.events }))
}

func (b *bench) hotSpellOf(ctx context.Context, o *operator, namespace string, spell time.Duration) (r hotResult, err error) {
	lag := newLagMeter(int(spell.Seconds()*hotRate) + hotRate)
	sight, err := b.cluster.watchGroups(ctx, namespace, lag.visible)
	if err != nil {
		return r, err
	}
	defer sight.stop()
	before, err := b.countHot(ctx, o)
	if err != nil {
		return r, err
	}
	l := o.load(namespace, hotConns, 1, spell)
	l.rate, l.sending, l.ledger = hotRate, lag.sent, newLedger(1)
	sent, err := l.run(ctx)
	switch {
	case err != nil:
		return r, err
	case sent.others() > 0:
		return r, fmt.Errorf("callbacks acknowledged, refused, failed: %v", sent.answers)
	}
	if err := o.drained(ctx); err != nil {
		return r, err
	}
	if err := o.Await(ctx, "the last change to be seen", 10*time.Second, lag.allSeen); err != nil {
		return r, errors.Join(err, sight.err())
	}
	after, err := b.countHot(ctx, o)
	if err != nil {
		return r, err
	}
	live, err := b.cluster.groups(ctx, namespace)
	return hotResult{rate: sent.perSecond(), callbacks: float64(sent.acknowledged()), lost: float64(l.ledger.lost(live)),
		writes: after.writes - before.writes, events: after.events - before.events, conflicts: after.conflicts - before.conflicts,
		p50: quantile(lag.lags, 0.5), p99: quantile(lag.lags, 0.99)}, err
}

// countHot reads the counters that a spell is the difference of.
func (b *bench) countHot(ctx context.Context, o *operator) (r hotResult, err error) {
	if r.writes, r.events, err = b.cluster.writes(ctx); err != nil {
		return r, err
	}
	r.conflicts, err = o.conflicts(ctx)
	return r, err
}

// lagMeter notes for each callback when it was sent, and when the object was as new as it.
type lagMeter struct {
	first int64          // event time of the first callback that can come
	at    []atomic.Int64 // when a callback was sent, by event time
	last  atomic.Int64   // newest event time sent
	seen  atomic.Int64   // newest event time seen; written by the watch alone
	lags  []time.Duration
}

func newLagMeter(callbacks int) *lagMeter {
	m := &lagMeter{first: eventClock.Load() + 1, at: make([]atomic.Int64, callbacks)}
	m.seen.Store(m.first - 1)
	return m
}

func (m *lagMeter) sent(eventTime int64, at time.Time) {
	if i := eventTime - m.first; i < int64(len(m.at)) {
		m.at[i].Store(at.UnixNano())
	}
	for was := m.last.Load(); was < eventTime && !m.last.CompareAndSwap(was, eventTime); was = m.last.Load() {
	}
}

// visible is told by the watch. A callback that is sent after a newer one is seen has nothing to wait for.
func (m *lagMeter) visible(_ string, eventTime int64, at time.Time) {
	for t := m.seen.Load() + 1; t <= eventTime && t-m.first < int64(len(m.at)); t++ {
		if sent := m.at[t-m.first].Load(); sent > 0 {
			m.lags = append(m.lags, at.Sub(time.Unix(0, sent)))
		}
	}
	m.seen.Store(max(m.seen.Load(), eventTime))
}

// allSeen is a check for await.
func (m *lagMeter) allSeen(context.Context) error {
	if seen, last := m.seen.Load(), m.last.Load(); seen < last {
		return fmt.Errorf("seen up to %d of %d", seen, last)
	}
	return nil
}
