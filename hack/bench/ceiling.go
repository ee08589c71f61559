// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

// bareWriters are as many as the operator has by default.
const bareWriters = 16

// ceiling is the pace of status writes that the API server takes from bare clients: each object has one writer, which
// knows its version, so nothing is ever read and nothing conflicts.
type ceiling struct {
	cluster *cluster
	groups  []imv1alpha1.IMGroup
}

// newCeiling has groups of its own, in a namespace that no operator watches.
func (b *bench) newCeiling(ctx context.Context) (*ceiling, error) {
	app, err := b.seeded(ctx, "bare", b.groups)
	if err != nil {
		return nil, err
	}
	groups, err := b.cluster.groups(ctx, app.Namespace)
	whole := len(groups) / bareWriters * bareWriters // so that every writer has as many
	return &ceiling{cluster: b.cluster, groups: groups[:whole]}, err
}

// perSecond writes to the groups in turn for some time.
func (c *ceiling) perSecond(ctx context.Context, spell time.Duration) (float64, error) {
	end := time.Now().Add(spell)
	return c.run(ctx, func() bool { return time.Now().Before(end) })
}

// once writes to each group once.
func (c *ceiling) once(ctx context.Context) (float64, error) {
	var left atomic.Int64
	left.Store(int64(len(c.groups)))
	return c.run(ctx, func() bool { return left.Add(-1) >= 0 })
}

// run writes as long as there is more to do, and returns the writes per second.
func (c *ceiling) run(ctx context.Context, more func() bool) (float64, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	start := time.Now()
	var written atomic.Int64
	var writers sync.WaitGroup
	for w := range bareWriters {
		writers.Go(func() {
			for i := w; ctx.Err() == nil && more(); i += bareWriters {
				if err := c.write(ctx, &c.groups[i%len(c.groups)]); err != nil {
					cancel(err)
				}
				written.Add(1)
			}
		})
	}
	writers.Wait()
	return float64(written.Load()) / time.Since(start).Seconds(), context.Cause(ctx)
}

// write changes what a callback of the load changes.
func (c *ceiling) write(ctx context.Context, g *imv1alpha1.IMGroup) error {
	change(&g.Status)
	return c.cluster.bare.Status().Update(ctx, g)
}

// change gives a status a new notification, with its times.
func change(s *imv1alpha1.IMGroupStatus) (eventTime int64) {
	eventTime = nextEventTime()
	text, at := notice(eventTime), microTime(eventTime)
	s.Notification, s.LastChange.EventTime = &text, at
	for i := range s.FieldTimes {
		if f := &s.FieldTimes[i]; f.Field == "notification" || f.Field == "alive" || f.Field == "type" {
			f.EventTime = at
		}
	}
	return eventTime
}
