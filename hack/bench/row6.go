// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

// row6 changes 1,000 groups at once and waits until all are seen: the API server's pace is the limit, and the operator
// must not be far from it.
func (b *bench) row6(ctx context.Context) (err error) {
	app, err := b.seeded(ctx, "burst", b.groups)
	if err != nil {
		return err
	}
	bare, err := b.newCeiling(ctx)
	if err != nil {
		return err
	}
	o, err := b.startOperator(ctx, app.Namespace)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.stop()) }()
	if _, _, err := b.burst(ctx, o, app, bare); err != nil { // the warm-up
		return err
	}
	var ratios, times, writes []float64
	err = b.eachRound(ctx, func() error {
		took, perSecond, err := b.burst(ctx, o, app, bare)
		ratios = append(ratios, took.Seconds()/(float64(b.groups)/perSecond))
		times, writes = append(times, milliseconds(took)), append(writes, perSecond)
		return err
	})
	of := thousands(b.groups)
	b.add(figure{Row: "6", What: of + " groups at once: time until all are visible ÷ (" + of + " ÷ bare status PUT/s)", Values: ratios, Bound: atMost(1.5, 1.15)})
	b.detail("6", "time until all are visible", "ms", times)
	b.detail("6", "bare status PUTs, 16 writers", "/s", writes)
	return err
}

// burst measures the API server's pace, then the operator's.
func (b *bench) burst(ctx context.Context, o *operator, app *imv1alpha1.IMApp, bare *ceiling) (took time.Duration, perSecond float64, err error) {
	if perSecond, err = bare.once(ctx); err != nil {
		return 0, 0, err
	}
	after := eventClock.Load()
	all := &census{after: after, left: b.groups, seen: map[string]bool{}, done: make(chan time.Time, 1)}
	sight, err := b.cluster.watchGroups(ctx, app.Namespace, all.visible)
	if err != nil {
		return 0, 0, err
	}
	defer sight.stop()
	start := time.Now()
	l := o.load(app.Namespace, hotConns, b.groups, drainTimeout)
	l.count = int64(b.groups)
	sent, err := l.run(ctx)
	switch {
	case err != nil:
		return 0, 0, err
	case sent.acknowledged() != int64(b.groups):
		return 0, 0, fmt.Errorf("callbacks acknowledged, refused, failed: %v", sent.answers)
	}
	select {
	case at := <-all.done:
		return at.Sub(start), perSecond, o.drained(ctx)
	case <-time.After(drainTimeout):
		return 0, 0, errors.Join(errors.New("not all changes were seen"), sight.err())
	case <-ctx.Done():
		return 0, 0, ctx.Err()
	}
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
