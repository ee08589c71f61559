// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// troubledGroups are the groups of a tenant whose writes do not succeed, and whose callbacks all come at once.
const troubledGroups = 5000

// settleIn is how long the trouble lasts before the other tenant's changes are timed.
const settleIn = 2 * time.Second

// row19 is the time until a change of one tenant is visible while none of another tenant's many writes succeeds.
func (b *bench) row19(ctx context.Context) error {
	for _, t := range troubles {
		if err := b.neighbours(ctx, t); err != nil {
			return fmt.Errorf("a tenant %s: %w", t.name, err)
		}
	}
	return nil
}

// neighbours measures one kind of trouble: first the tenant alone, then round by round beside the troubled one.
func (b *bench) neighbours(ctx context.Context, t trouble) (err error) {
	app, err := b.seeded(ctx, "neighbour", manyGroups)
	if err != nil {
		return err
	}
	troubled, err := b.cluster.newApp(ctx, b.name("troubled"))
	if err != nil {
		return err
	}
	o, err := b.startOperator(ctx, app.Namespace+","+troubled.Namespace)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.Kill()) }() // what is pending would hold a stop
	quiet, err := b.newProber(ctx, app.Namespace, callbackSender(o, app.Namespace))
	if err != nil {
		return err
	}
	defer quiet.stop()
	alone, err := quiet.during(ctx, b.spell)
	if err != nil {
		return err
	}
	end, err := t.begin(ctx, b.cluster, troubled.Namespace)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, end()) }()
	if err := o.tellEach(ctx, troubled.Namespace, troubledGroups); err != nil {
		return err
	}
	sleepUntil(ctx, time.Now().Add(settleIn))
	return b.timeNeighbour(ctx, t, quiet, alone)
}

func (b *bench) timeNeighbour(ctx context.Context, t trouble, quiet *prober, alone []time.Duration) error {
	var p50s, p99s, most []float64
	err := b.eachRound(ctx, func() error {
		times, err := quiet.during(ctx, b.hotSpell)
		if err != nil {
			return err
		}
		p50s, p99s = append(p50s, milliseconds(quantile(times, 0.5))), append(p99s, milliseconds(quantile(times, 0.99)))
		most = append(most, milliseconds(quantile(times, 1)))
		return nil
	})
	beside := fmt.Sprintf("beside %s groups of another tenant %s", thousands(troubledGroups), t.name)
	b.add(figure{Row: "19", What: "callback → watch p99 " + beside, Unit: "ms", Values: p99s, Bound: atMost(1000, 200)})
	b.detail("19", "p50 "+beside, "ms", p50s)
	b.detail("19", "max "+beside, "ms", most)
	b.detail("19", "p99 before that", "ms", []float64{milliseconds(quantile(alone, 0.99))})
	return err
}
