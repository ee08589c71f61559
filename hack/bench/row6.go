// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// moreWriters are more than the operator has, in case the API server takes more from them.
const moreWriters = 32

// row6 changes 1,000 groups at once and waits until all are seen: as fast as a hand-made operator could write at all.
func (b *bench) row6(ctx context.Context) (err error) {
	app, err := b.seeded(ctx, "burst", b.groups)
	if err != nil {
		return err
	}
	byHand, err := b.newHandmade(ctx, b.groups)
	if err != nil {
		return err
	}
	o, err := b.startOperator(ctx, app.Namespace)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.stop()) }()
	if _, err := b.burst(ctx, o, app.Namespace); err != nil { // the warm-up
		return err
	}
	var ratios, times, visible, puts16, puts32 []float64
	err = b.eachRound(ctx, func() error {
		by16, err := byHand.puts().once(ctx, bareWriters)
		if err != nil {
			return err
		}
		by32, err := byHand.puts().once(ctx, moreWriters)
		if err != nil {
			return err
		}
		took, err := b.burst(ctx, o, app.Namespace)
		if err != nil {
			return err
		}
		perSecond := float64(b.groups) / took.Seconds()
		ratios = append(ratios, perSecond/max(by16, by32))
		times, visible = append(times, milliseconds(took)), append(visible, perSecond)
		puts16, puts32 = append(puts16, by16), append(puts32, by32)
		return nil
	})
	b.add(figure{Row: "6", What: thousands(b.groups) + " groups at once: groups visible per second ÷ status PUT/s of a hand-made operator's object", Values: ratios, Bound: atLeast(1, 1.6)})
	b.detail("6", "time until all are visible", "ms", times)
	b.detail("6", "groups visible", "/s", visible)
	b.detail("6", "status PUTs of the hand-made object, 16 writers", "/s", puts16)
	b.detail("6", "status PUTs of the hand-made object, 32 writers", "/s", puts32)
	return err
}

// burst changes all groups at once, and returns how long it took until all changes were seen.
func (b *bench) burst(ctx context.Context, o *operator, namespace string) (time.Duration, error) {
	all := &census{after: eventClock.Load(), left: b.groups, seen: map[string]bool{}, done: make(chan time.Time, 1)}
	sight, err := b.cluster.watchGroups(ctx, namespace, all.visible)
	if err != nil {
		return 0, err
	}
	defer sight.stop()
	start := time.Now()
	if err := o.tellEach(ctx, namespace, b.groups); err != nil {
		return 0, err
	}
	select {
	case at := <-all.done:
		return at.Sub(start), o.drained(ctx)
	case <-time.After(drainTimeout):
		return 0, errors.Join(errors.New("not all changes were seen"), sight.err())
	case <-ctx.Done():
		return 0, ctx.Err()
	}
}

// tellEach sends one callback to each of so many groups.
func (o *operator) tellEach(ctx context.Context, namespace string, groups int) error {
	l := o.load(namespace, hotConns, groups, drainTimeout)
	l.count = int64(groups)
	sent, err := l.run(ctx)
	if err == nil && sent.acknowledged() != l.count {
		err = fmt.Errorf("callbacks acknowledged, refused, failed: %v", sent.answers)
	}
	return err
}

// census waits until as many groups as were changed have been seen with their change.
type census struct {
	after int64 // event time
	done  chan time.Time

	mu   sync.Mutex
	left int
	seen map[string]bool
}

func (c *census) visible(id string, eventTime int64, at time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if eventTime <= c.after || c.seen[id] {
		return
	}
	c.seen[id] = true
	if c.left--; c.left == 0 {
		c.done <- at
	}
}
