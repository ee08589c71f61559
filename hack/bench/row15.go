// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// row15 is the time until a change of a quiet group is visible while one hot group takes all the callbacks that row 5
// has, against the same without the hot group.
func (b *bench) row15(ctx context.Context) (err error) {
	app, err := b.seeded(ctx, "quiet", manyGroups)
	if err != nil {
		return err
	}
	o, err := b.startOperator(ctx, app.Namespace)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.stop()) }()
	quiet, err := b.newProber(ctx, app.Namespace, callbackSender(o, app.Namespace))
	if err != nil {
		return err
	}
	defer quiet.stop()
	quiet.next = 1 // group 0 is the hot one
	if _, err := quiet.during(ctx, b.warmUp); err != nil {
		return err
	}
	var alone, beside50, beside99, ratios []float64
	err = b.eachRound(ctx, func() error {
		idle, err := quiet.during(ctx, b.hotSpell)
		if err != nil {
			return err
		}
		beside, err := b.besideHot(ctx, o, app.Namespace, quiet)
		if err != nil {
			return err
		}
		alone = append(alone, milliseconds(quantile(idle, 0.5)))
		beside50, beside99 = append(beside50, milliseconds(quantile(beside, 0.5))), append(beside99, milliseconds(quantile(beside, 0.99)))
		ratios = append(ratios, float64(quantile(beside, 0.5))/float64(quantile(idle, 0.5)))
		return nil
	})
	b.detail("15", "a quiet group's callback → watch p50 beside a hot group ÷ without", "", ratios)
	b.detail("15", "p50 beside a hot group", "ms", beside50)
	b.detail("15", "p99 beside a hot group", "ms", beside99)
	b.detail("15", "p50 without", "ms", alone)
	return err
}

// during takes samples for a time.
func (p *prober) during(ctx context.Context, spell time.Duration) (times []time.Duration, err error) {
	for end := time.Now().Add(spell); time.Now().Before(end); {
		if p.next%manyGroups == 0 {
			p.next++
		}
		took, err := p.sample(ctx)
		if err != nil {
			return nil, err
		}
		times = append(times, took)
		sleepUntil(ctx, time.Now().Add(idlePause))
	}
	return times, nil
}

// besideHot is during while the hot group changes.
func (b *bench) besideHot(ctx context.Context, o *operator, namespace string, quiet *prober) ([]time.Duration, error) {
	hot := o.load(namespace, hotConns, 1, b.hotSpell)
	hot.rate = hotRate
	over := make(chan error, 1)
	go func() {
		sent, err := hot.run(ctx)
		if err == nil && sent.others() > 0 {
			err = fmt.Errorf("callbacks acknowledged, refused, failed: %v", sent.answers)
		}
		over <- err
	}()
	times, err := quiet.during(ctx, b.hotSpell)
	return times, errors.Join(err, <-over, o.drained(ctx))
}
