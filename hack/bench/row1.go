// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// busyConns are as many connections as a busy application of Tencent's has.
const busyConns = 256

// row1 holds the receiver with its journal against the same receiver with a journal that returns at once: what
// durability costs. There is no API server, so the groups stay pending, which the journal folds.
func (b *bench) row1(ctx context.Context) (err error) {
	durable, err := b.startTwin(ctx, true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, durable.stop()) }()
	bare, err := b.startTwin(ctx, false)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, bare.stop()) }()
	for _, t := range []*twin{durable, bare} {
		if _, _, err := t.rate(ctx, b.warmUp); err != nil {
			return err
		}
	}
	return b.compareTwins(ctx, durable, bare)
}

func (b *bench) compareTwins(ctx context.Context, durable, bare *twin) error {
	var ratios, costs, bareCosts, rates, bareRates []float64
	err := b.eachRound(ctx, func() error {
		rate, cost, bareRate, bareCost, err := b.crosswise(ctx, durable, bare)
		ratios, costs, bareCosts = append(ratios, rate/bareRate), append(costs, cost), append(bareCosts, bareCost)
		rates, bareRates = append(rates, rate), append(bareRates, bareRate)
		return err
	})
	b.add(figure{Row: "1", What: "durable acks/s ÷ acks/s without a journal, 256 connections", Values: ratios, Bound: atLeast(0.60, 0.80)})
	b.add(figure{Row: "1", What: "processor time per durable callback", Unit: "µs", Values: costs, Bound: atMost(60, 30)})
	b.detail("1", "durable acks", "/s", rates)
	b.detail("1", "acks without a journal", "/s", bareRates)
	b.detail("1", "processor time per callback without a journal", "µs", bareCosts)
	return err
}

// crosswise measures one side around the other, each for a spell in all, so that a pace that drifts favours neither.
func (b *bench) crosswise(ctx context.Context, durable, bare *twin) (rate, cost, bareRate, bareCost float64, err error) {
	for _, t := range []*twin{durable, bare, bare, durable} {
		r, c, err := t.rate(ctx, b.spell/2)
		if err != nil {
			return 0, 0, 0, 0, err
		}
		if t == durable {
			rate, cost = rate+r/2, cost+c/2
		} else {
			bareRate, bareCost = bareRate+r/2, bareCost+c/2
		}
	}
	return rate, cost, bareRate, bareCost, nil
}

// rate is acknowledgements per second and the receiver's processor time for each, in µs.
func (t *twin) rate(ctx context.Context, spell time.Duration) (perSecond, cost float64, err error) {
	var o outcome
	cpu, err := spent(t.Process, func() (err error) {
		o, err = t.load(busyConns, spell).run(ctx)
		return err
	})
	switch {
	case err != nil:
		return 0, 0, err
	case o.acknowledged() == 0 || o.others() > 0:
		return 0, 0, fmt.Errorf("callbacks acknowledged, refused, failed: %v", o.answers)
	}
	return o.perSecond(), microseconds(cpu) / float64(o.acknowledged()), nil
}
