// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"path/filepath"

	"github.com/imgroup-operator/imgroup-operator/test/localenv"
)

// naiveConns are tried in each round, and the best one counts: with one connection nothing conflicts, with more the
// client's limit is used better.
var naiveConns = []int{1, 4, 32}

// row9 holds the operator against a receiver that writes to the API server before it answers, one hot group each.
func (b *bench) row9(ctx context.Context) (err error) {
	app, err := b.seeded(ctx, "ours", 1)
	if err != nil {
		return err
	}
	hand, err := b.startNaive(ctx)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, hand.stop()) }()
	o, err := b.startOperator(ctx, app.Namespace)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.stop()) }()
	s := storm{bench: b, operator: o, namespace: app.Namespace, conns: busyConns, ledger: newLedger(1)}
	if _, err := s.run(ctx, b.warmUp); err != nil {
		return err
	}
	if _, err := hand.best(ctx, b.plan); err != nil { // the burst that its limit allows is used up here
		return err
	}
	return b.compareNaive(ctx, s, hand)
}

func (b *bench) compareNaive(ctx context.Context, s storm, hand *naiveTwin) error {
	var ratios, acks, hands, lost []float64
	err := b.eachRound(ctx, func() error {
		theirs, err := hand.best(ctx, b.plan)
		if err != nil {
			return err
		}
		ours, err := s.run(ctx, b.spell)
		ratios, lost = append(ratios, ours.perSecond/theirs), append(lost, float64(ours.lost))
		acks, hands = append(acks, ours.perSecond), append(hands, theirs)
		return err
	})
	b.add(figure{Row: "9", What: "one hot group: durable acks/s ÷ a hand-made receiver's OK/s", Values: ratios, Bound: atLeast(300, 1000)})
	b.add(figure{Row: "9", What: "newest acknowledged change not in the object", Values: lost, Bound: none()})
	b.detail("9", "durable acks, 256 connections", "/s", acks)
	b.detail("9", "the hand-made receiver's OK, the best of 1, 4 and 32 connections", "/s", hands)
	return err
}

// naiveTwin is the hand-made receiver, see naive.go.
type naiveTwin struct {
	*twin
	namespace string
}

func (b *bench) startNaive(ctx context.Context) (*naiveTwin, error) {
	app, err := b.seeded(ctx, "naive", 1)
	if err != nil {
		return nil, err
	}
	dir, err := b.folder("naive")
	if err != nil {
		return nil, err
	}
	user, err := b.cluster.env.ServiceAccount(systemNamespace, bareAccount)
	if err != nil {
		return nil, err
	}
	kubeconfig := filepath.Join(dir, "kubeconfig")
	if err := localenv.WriteKubeconfig(kubeconfig, user); err != nil {
		return nil, err
	}
	addr, err := localenv.FreeAddress()
	if err != nil {
		return nil, err
	}
	t, err := startSelf(ctx, addr, []string{naiveCommand, "-addr=" + addr, "-kubeconfig=" + kubeconfig,
		"-namespace=" + app.Namespace}, filepath.Join(dir, "log"))
	return &naiveTwin{twin: t, namespace: app.Namespace}, err
}

// best is what it acknowledges per second at the best. It gives no answer within a sender's patience to many.
func (n *naiveTwin) best(ctx context.Context, p plan) (best float64, err error) {
	for _, conns := range naiveConns {
		l := load{addr: n.addr, namespace: n.namespace, conns: conns, groups: 1, time: p.spell}
		o, err := l.run(ctx)
		if err != nil {
			return 0, err
		}
		best = max(best, o.perSecond())
	}
	if best == 0 {
		return 0, errors.New("the hand-made receiver acknowledged nothing")
	}
	return best, nil
}
