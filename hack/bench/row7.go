// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

const (
	firstWrites    = 1 // that the first callback needs
	promisedGroups = 100_000

	growthRate  = 1000 // callbacks per second; few enough for the receiver to be mostly idle
	growthConns = 16
	// listTimeout is for an operator that starts with 100,000 IMGroups on two busy processors.
	listTimeout = 3 * time.Minute
)

// row7 starts the operator with more and more IMGroups: the memory that it takes, the time until it acknowledges a
// callback (row 11), and what a callback costs then (row 12).
func (b *bench) row7(ctx context.Context) error {
	c, err := b.needCluster(ctx)
	if err != nil {
		return err
	}
	app, err := b.seeded(ctx, "many", 0)
	if err != nil {
		return err
	}
	have := 0
	for _, size := range b.sizes {
		if err := c.seed(ctx, app, have, size); err != nil {
			return err
		}
		if err := c.ingested(ctx, app.Namespace, size); err != nil {
			return err
		}
		have = size
		if err := b.measureSize(ctx, app, size); err != nil {
			return err
		}
	}
	return nil
}

// sizeResult is what one start with many IMGroups came to.
type sizeResult struct {
	firstAck    time.Duration // from the start of the process
	changes     inForce       // while the IMGroups are still being listed, if there are many
	allKnown    time.Duration // until the cache has every IMGroup and has looked at it
	ours, their float64       // processor time until then, in s: the operator's, the API server's
	now, most   float64       // MiB
	writes      float64       // of IMGroups until then, beside the callback's
	cost, after float64       // µs per callback; MiB with the callbacks
	server      float64       // MiB of the API server
}

func (b *bench) measureSize(ctx context.Context, app *imv1alpha1.IMApp, size int) error {
	var all []sizeResult
	var err error
	for range b.sizeRounds {
		var r sizeResult
		if r, err = b.startWith(ctx, app, size); err != nil {
			break
		}
		all = append(all, r)
	}
	b.addSizes(all, size)
	return err
}

func (b *bench) addSizes(all []sizeResult, size int) {
	values := func(of func(sizeResult) float64) (values []float64) {
		for _, r := range all {
			values = append(values, of(r))
		}
		return values
	}
	times := func(of func(sizeResult) time.Duration) []float64 {
		return values(func(r sizeResult) float64 { return milliseconds(of(r)) })
	}
	of := thousands(size) + " IMGroups"
	b.promise(size, figure{Row: "7", What: "memory (RSS) with " + of, Unit: "MiB", Bound: atMost(200, 120),
		Values: values(func(r sizeResult) float64 { return r.now })})
	b.promise(size, figure{Row: "11", What: "restart: all known, " + of, Unit: "ms", Bound: atMost(20_000, 10_000),
		Values: times(func(r sizeResult) time.Duration { return r.allKnown })})
	b.promise(size, figure{Row: "11", What: "after ready: a new IMApp, a new token, a suspension in force, the slowest, " + of, Unit: "ms", Bound: atMost(1000, 500),
		Values: times(func(r sizeResult) time.Duration { return max(r.changes.newApp, r.changes.rotation, r.changes.suspend) })})
	b.detail("7", "most memory since the start, "+of, "MiB", values(func(r sizeResult) float64 { return r.most }))
	b.detail("7", "memory after callbacks, "+of, "MiB", values(func(r sizeResult) float64 { return r.after }))
	b.detail("7", "memory of the API server, "+of, "MiB", values(func(r sizeResult) float64 { return r.server }))
	b.detail("11", "restart: first callback acknowledged, "+of, "ms", times(func(r sizeResult) time.Duration { return r.firstAck }))
	b.detail("11", "restart: the operator's processor time, "+of, "s", values(func(r sizeResult) float64 { return r.ours }))
	b.detail("11", "restart: the API server's processor time, "+of, "s", values(func(r sizeResult) float64 { return r.their }))
	b.detail("11", "after ready: a new IMApp, "+of, "ms", times(func(r sizeResult) time.Duration { return r.changes.newApp }))
	b.detail("11", "after ready: a new token, "+of, "ms", times(func(r sizeResult) time.Duration { return r.changes.rotation }))
	b.detail("11", "after ready: a suspension, "+of, "ms", times(func(r sizeResult) time.Duration { return r.changes.suspend }))
	b.detail("11", "restart: API writes of IMGroups that need none, "+of, "", values(func(r sizeResult) float64 { return r.writes }))
	b.detail("12", fmt.Sprintf("the operator's processor time per callback at %d/s, writes included, %s", growthRate, of), "µs",
		values(func(r sizeResult) float64 { return r.cost }))
}

// promise notes a figure of which something was promised for one size alone.
func (b *bench) promise(size int, f figure) {
	if size != promisedGroups {
		f.Bound = nil
	}
	b.add(f)
}

// startWith starts an operator with an empty journal and ends it by force: what it still holds is of no use.
func (b *bench) startWith(ctx context.Context, app *imv1alpha1.IMApp, size int) (r sizeResult, err error) {
	before, _, err := b.cluster.writes(ctx)
	if err != nil {
		return r, err
	}
	serverBefore, err := b.cluster.serverCPU(ctx)
	if err != nil {
		return r, err
	}
	start := time.Now()
	fresh := b.name("fresh")
	o, err := b.launch(app.Namespace + "," + fresh)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, o.Kill()) }()
	if r.firstAck, err = firstAck(ctx, o, app.Namespace, start); err != nil {
		return r, err
	}
	if r.changes, err = b.timeChanges(ctx, o, fresh); err != nil {
		return r, err
	}
	if err := o.awaitMetrics(ctx, "the cache", listTimeout, o.hasWritten); err != nil {
		return r, err
	}
	r.allKnown = time.Since(start)
	if r.ours, r.their, err = b.startCost(ctx, o, serverBefore); err != nil {
		return r, err
	}
	written, _, err := b.cluster.writes(ctx)
	if err != nil {
		return r, err
	}
	r.writes = written - before - firstWrites
	if !sleepUntil(ctx, time.Now().Add(b.settle)) {
		return r, ctx.Err()
	}
	if r.now, r.most, err = residentSet(o.Process); err != nil {
		return r, err
	}
	if r.cost, err = b.growthCost(ctx, o, app.Namespace, size); err != nil {
		return r, err
	}
	if r.after, _, err = residentSet(o.Process); err != nil {
		return r, err
	}
	r.server, err = b.cluster.serverMemory(ctx)
	return r, err
}

// startCost is the processor time that a start took, in s.
func (b *bench) startCost(ctx context.Context, o *operator, serverBefore float64) (ours, theirs float64, err error) {
	spent, err := cpuTime(o.Process)
	if err != nil {
		return 0, 0, err
	}
	now, err := b.cluster.serverCPU(ctx)
	return spent.Seconds(), now - serverBefore, err
}

// firstAck tries until a callback is acknowledged, from the moment the process starts.
func firstAck(ctx context.Context, o *operator, namespace string, start time.Time) (time.Duration, error) {
	send := callbackSender(o, namespace)
	err := o.Await(ctx, "the first acknowledgement", listTimeout, func(ctx context.Context) error {
		_, err := send(ctx, 0)
		return err
	})
	return time.Since(start), err
}

// hasWritten is a check for awaitMetrics: the first callback is written. Group sync writes nothing before the cache has all
// IMGroups.
func (o *operator) hasWritten(ctx context.Context) error {
	m, err := o.scrape(ctx)
	if err != nil {
		return err
	}
	written, waiting := m.sum("imgroup_sync_writes_total"), m.sum("imgroup_journal_pending_groups")
	if written == 0 || waiting > 0 {
		return fmt.Errorf("%v writes, %v groups pending", written, waiting)
	}
	return nil
}

// growthCost is the operator's processor time per callback, in µs, at a fixed pace over all groups.
func (b *bench) growthCost(ctx context.Context, o *operator, namespace string, groups int) (float64, error) {
	l := o.load(namespace, growthConns, groups, b.spell)
	l.rate = growthRate
	var sent outcome
	cpu, err := spent(o.Process, func() (err error) { sent, err = l.run(ctx); return err })
	switch {
	case err != nil:
		return 0, err
	case sent.acknowledged() == 0 || sent.others() > 0:
		return 0, fmt.Errorf("callbacks acknowledged, refused, failed: %v", sent.answers)
	}
	return microseconds(cpu) / float64(sent.acknowledged()), nil
}
