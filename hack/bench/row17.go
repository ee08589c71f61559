// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/json"
	"fmt"
)

// sizeOfOne is measured on many.
const sizeOfOne = 20_000

// row17 is what a group costs the API server: memory that stays after a collection, and bytes in etcd; beside it what a
// hand-made operator's object costs.
func (b *bench) row17(ctx context.Context) error {
	app, err := b.seeded(ctx, "size", 1)
	if err != nil {
		return err
	}
	ours, err := b.heapOf(ctx, func() error {
		if err := b.cluster.seed(ctx, app, 1, sizeOfOne); err != nil {
			return err
		}
		return b.cluster.ingested(ctx, app.Namespace, sizeOfOne)
	})
	if err != nil {
		return err
	}
	var one *handmade
	theirs, err := b.heapOf(ctx, func() (err error) { one, err = b.newHandmade(ctx, sizeOfOne); return err })
	if err != nil {
		return err
	}
	group, err := json.Marshal(b.cluster.copyOf(app, 0).Object)
	if err != nil {
		return err
	}
	byHand, err := json.Marshal(one.objects[0].Object)
	if err != nil {
		return err
	}
	b.add(figure{Row: "17", What: "memory of the API server for an IMGroup", Unit: "KiB", Values: []float64{ours}, Bound: atMost(9, 7.5)})
	b.add(figure{Row: "17", What: "an IMGroup in etcd", Unit: "bytes", Values: []float64{float64(len(group))}, Bound: atMost(2200, 1800)})
	b.detail("17", "memory of the API server for a hand-made operator's object", "KiB", []float64{theirs})
	b.detail("17", "a hand-made operator's object in etcd", "bytes", []float64{float64(len(byHand))})
	return nil
}

// heapOf returns by how much sizeOfOne objects make the API server's live heap grow, in KiB for each.
func (b *bench) heapOf(ctx context.Context, add func() error) (float64, error) {
	before, err := b.cluster.liveHeap(ctx)
	if err != nil {
		return 0, err
	}
	if err := add(); err != nil {
		return 0, err
	}
	after, err := b.cluster.liveHeap(ctx)
	return (after - before) / 1024 / sizeOfOne, err
}

// liveHeap has the API server collect its garbage, and returns the bytes that stay.
func (c *cluster) liveHeap(ctx context.Context) (float64, error) {
	for range 2 { // what the first leaves to finalizers and pools the second takes
		if _, err := scrape(ctx, c.asAdmin, c.env.Config.Host+"/debug/pprof/heap?gc=1&debug=1"); err != nil {
			return 0, fmt.Errorf("the API server's heap: %w", err)
		}
	}
	page, err := scrape(ctx, c.asAdmin, c.env.Config.Host+"/debug/pprof/heap?gc=1&debug=1")
	return page.comment("HeapAlloc"), err
}
