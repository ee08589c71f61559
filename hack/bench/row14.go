// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"
)

const (
	goodRate  = 200 // callbacks per second
	goodConns = 4

	forgedRate  = 2000 // requests per second with a wrong signature
	forgedConns = 64
	idleConns   = 1000
)

// row14 holds the time to an acknowledgement beside hostile traffic against the time without: a storm of forged
// signatures, and connections that do nothing. The attackers share the processors with what they attack.
func (b *bench) row14(ctx context.Context) (err error) {
	t, err := b.startTwin(ctx, true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, t.stop()) }()
	if _, err := b.goodTimes(ctx, t); err != nil { // the warm-up
		return err
	}
	var p50s, p99s, quiet50, quiet99, attacked50, attacked99 []float64
	err = b.eachRound(ctx, func() error {
		quiet, err := b.goodTimes(ctx, t)
		if err != nil {
			return err
		}
		attacked, err := b.attackedTimes(ctx, t)
		if err != nil {
			return err
		}
		quiet50, quiet99 = append(quiet50, milliseconds(quantile(quiet, 0.5))), append(quiet99, milliseconds(quantile(quiet, 0.99)))
		attacked50, attacked99 = append(attacked50, milliseconds(quantile(attacked, 0.5))), append(attacked99, milliseconds(quantile(attacked, 0.99)))
		p50s = append(p50s, float64(quantile(attacked, 0.5))/float64(quantile(quiet, 0.5)))
		p99s = append(p99s, float64(quantile(attacked, 0.99))/float64(quantile(quiet, 0.99)))
		return nil
	})
	b.add(figure{Row: "14", What: "ack p50 beside 2,000 forged requests/s and 1,000 idle connections ÷ without", Values: p50s, Bound: atMost(2, 1.5)})
	b.detail("14", "the same of p99", "", p99s)
	b.detail("14", "ack p50 without", "ms", quiet50)
	b.detail("14", "ack p99 without", "ms", quiet99)
	b.detail("14", "ack p50 beside", "ms", attacked50)
	b.detail("14", "ack p99 beside", "ms", attacked99)
	return err
}

// goodTimes sends good callbacks at a usual pace; each must be acknowledged.
func (b *bench) goodTimes(ctx context.Context, t *twin) ([]time.Duration, error) {
	l := t.load(goodConns, b.spell)
	l.rate = goodRate
	o, err := l.run(ctx)
	if err == nil && o.others() > 0 {
		err = fmt.Errorf("good callbacks acknowledged, refused, failed: %v", o.answers)
	}
	return o.times, err
}

// attackedTimes is goodTimes while the attack goes on.
func (b *bench) attackedTimes(ctx context.Context, t *twin) ([]time.Duration, error) {
	idle, err := connectIdly(ctx, t.addr, idleConns)
	defer closeAll(idle)
	if err != nil {
		return nil, err
	}
	attack := t.load(forgedConns, b.spell)
	attack.rate, attack.forged = forgedRate, true
	attacked := make(chan error, 1)
	go func() {
		o, err := attack.run(ctx)
		if err == nil && o.answers[refused] == 0 {
			err = fmt.Errorf("forged callbacks acknowledged, refused, failed: %v", o.answers)
		}
		attacked <- err
	}()
	times, err := b.goodTimes(ctx, t)
	return times, errors.Join(err, <-attacked)
}

func connectIdly(ctx context.Context, addr string, n int) (all []net.Conn, err error) {
	var dialer net.Dialer
	for range n {
		c, err := dialer.DialContext(ctx, "tcp", addr)
		if err != nil {
			return all, err
		}
		all = append(all, c)
	}
	return all, nil
}

func closeAll(conns []net.Conn) {
	for _, c := range conns {
		_ = c.Close()
	}
}
