// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
)

// untrustedConns are as many as the receiver has places for.
const untrustedConns = 12_000

// row20 is what becomes of good callbacks, half of them by kept connections and half by a new one each, while a sender
// without a token takes every place. It shares the processors with what it attacks.
func (b *bench) row20(ctx context.Context) (err error) {
	t, err := b.startTwin(ctx, true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.stop()) }()
	if _, err := b.goodTimes(ctx, t); err != nil { // the warm-up
		return err
	}
	quiet, _, err := residentSet(t.Process)
	if err != nil {
		return err
	}
	attack, err := b.startHostile(ctx, t.addr, untrustedConns)
	if attack != nil {
		defer func() { err = errors.Join(err, attack.Kill()) }()
	}
	if err != nil {
		return err
	}
	return b.besideUntrusted(ctx, t, quiet)
}

func (b *bench) besideUntrusted(ctx context.Context, t *twin, quiet float64) error {
	var missed, sent, p50s, p99s, memory []float64
	err := b.eachRound(ctx, func() error {
		var all outcome
		for _, fresh := range []bool{false, true} {
			l := t.load(goodConns, b.spell/2)
			l.rate, l.fresh = goodRate, fresh
			o, err := l.run(ctx)
			if err != nil {
				return err
			}
			all = sum([]outcome{all, o})
		}
		if len(all.times) == 0 {
			return fmt.Errorf("callbacks acknowledged, refused, failed: %v", all.answers)
		}
		missed, sent = append(missed, float64(all.others())), append(sent, float64(all.acknowledged()+all.others()))
		p50s, p99s = append(p50s, milliseconds(quantile(all.times, 0.5))), append(p99s, milliseconds(quantile(all.times, 0.99)))
		now, _, err := residentSet(t.Process)
		memory = append(memory, now-quiet)
		return err
	})
	beside := fmt.Sprintf("beside %s connections of an untrusted sender", thousands(untrustedConns))
	b.add(figure{Row: "20", What: "good callbacks not answered within 2 s " + beside, Values: missed, Bound: none()})
	b.add(figure{Row: "20", What: "ack p99 " + beside, Unit: "ms", Values: p99s, Bound: atMost(500, 50)})
	b.detail("20", "ack p50 "+beside, "ms", p50s)
	b.detail("20", "good callbacks sent", "", sent)
	b.detail("20", "memory that the connections take", "MiB", memory)
	return err
}
