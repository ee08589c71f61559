// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"sync/atomic"

	"sigs.k8s.io/controller-runtime/pkg/client"
)

// row18 is the API server's processor time for a patch of an IMGroup's status, as the operator writes it, over that for the
// same patch of a hand-made operator's object.
func (b *bench) row18(ctx context.Context) error {
	groups, err := b.bareGroups(ctx)
	if err != nil {
		return err
	}
	byHand, err := b.newHandmade(ctx, b.groups)
	if err != nil {
		return err
	}
	ours := &ceiling{objects: len(groups), write: func(ctx context.Context, i int) error {
		before := groups[i].DeepCopy()
		change(&groups[i].Status)
		return b.cluster.bare.Status().Patch(ctx, &groups[i], client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{}))
	}}
	theirs := byHand.patches()
	for _, c := range []*ceiling{ours, theirs} { // the warm-up
		if _, err := c.perSecond(ctx, b.warmUp); err != nil {
			return err
		}
	}
	var ratios, us, them []float64
	err = b.eachRound(ctx, func() error {
		u, err := b.serverTime(ctx, ours)
		if err != nil {
			return err
		}
		t, err := b.serverTime(ctx, theirs)
		ratios, us, them = append(ratios, u/t), append(us, u), append(them, t)
		return err
	})
	b.add(figure{Row: "18", What: "API server processor time per status patch ÷ that of a hand-made operator's object", Values: ratios, Bound: atMost(0.65, 0.5)})
	b.detail("18", "per status patch of an IMGroup", "ms", us)
	b.detail("18", "per status patch of the hand-made object", "ms", them)
	return err
}

// serverTime is the API server's processor time for one of the writes, in ms.
func (b *bench) serverTime(ctx context.Context, c *ceiling) (float64, error) {
	before, err := b.cluster.serverCPU(ctx)
	if err != nil {
		return 0, err
	}
	var writes atomic.Int64
	counted := &ceiling{objects: c.objects, write: func(ctx context.Context, i int) error { writes.Add(1); return c.write(ctx, i) }}
	if _, err := counted.perSecond(ctx, b.spell); err != nil {
		return 0, err
	}
	after, err := b.cluster.serverCPU(ctx)
	return (after - before) * 1000 / float64(writes.Load()), err
}

// serverCPU is the API server's processor time since its start, in seconds, as it says itself.
func (c *cluster) serverCPU(ctx context.Context) (float64, error) {
	m, err := scrape(ctx, c.asAdmin, c.env.Config.Host+"/metrics")
	if err != nil {
		return 0, fmt.Errorf("the API server's metrics: %w", err)
	}
	return m.sum("process_cpu_seconds_total"), nil
}
