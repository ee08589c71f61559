// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// row2 holds the operator's acknowledgements against the status writes that the API server takes: how much faster than
// Kubernetes a storm may be. The operator writes to the API server all the while.
func (b *bench) row2(ctx context.Context) (err error) {
	app, err := b.seeded(ctx, "storm", b.groups)
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
	s := storm{bench: b, operator: o, namespace: app.Namespace, conns: busyConns, ledger: newLedger(b.groups)}
	if _, err := s.run(ctx, b.warmUp); err != nil {
		return err
	}
	var ratios, acks, writes, costs, lost []float64
	err = b.eachRound(ctx, func() error {
		w, err := bare.perSecond(ctx, b.spell)
		if err != nil {
			return err
		}
		r, err := s.run(ctx, b.spell)
		ratios, acks, writes = append(ratios, r.perSecond/w), append(acks, r.perSecond), append(writes, w)
		costs, lost = append(costs, r.cost), append(lost, float64(r.lost))
		return err
	})
	b.add(figure{Row: "2", What: "durable acks/s ÷ bare status PUT/s, 256 connections, " + thousands(b.groups) + " groups", Values: ratios, Bound: atLeast(50, 100)})
	b.add(figure{Row: "2", What: "groups without their newest acknowledged change", Values: lost, Bound: none()})
	b.detail("2", "durable acks, the operator writing meanwhile", "/s", acks)
	b.detail("2", "bare status PUTs, 16 writers", "/s", writes)
	b.detail("2", "the operator's processor time per callback, writes included", "µs", costs)
	return err
}

// storm sends as many callbacks as are answered to an operator, and waits until they are in the objects.
type storm struct {
	*bench
	operator  *operator
	namespace string
	conns     int
	ledger    *ledger
}

// stormResult is what one storm came to.
type stormResult struct {
	perSecond float64 // acknowledged
	cost      float64 // processor time of the operator per callback, in µs
	lost      int     // groups
}

func (s storm) run(ctx context.Context, spell time.Duration) (r stormResult, err error) {
	l := s.operator.load(s.namespace, s.conns, len(s.ledger.newest), spell)
	l.ledger = s.ledger
	var o outcome
	cpu, err := spent(s.operator.Process, func() (err error) { o, err = l.run(ctx); return err })
	switch {
	case err != nil:
		return r, err
	case o.acknowledged() == 0 || o.others() > 0:
		return r, fmt.Errorf("callbacks acknowledged, refused, failed: %v", o.answers)
	}
	r = stormResult{perSecond: o.perSecond(), cost: microseconds(cpu) / float64(o.acknowledged())}
	if err := s.operator.drained(ctx); err != nil {
		return r, err
	}
	live, err := s.cluster.groups(ctx, s.namespace)
	r.lost = s.ledger.lost(live)
	return r, err
}
