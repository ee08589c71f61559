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

// ceiling is the pace of writes that the API server takes from bare clients: each object has one writer, which knows its
// version, so nothing is ever read and nothing conflicts.
type ceiling struct {
	objects int
	write   func(ctx context.Context, object int) error
}

// newCeiling writes IMGroups of a namespace of its own, which no operator watches.
func (b *bench) newCeiling(ctx context.Context) (*ceiling, error) {
	groups, err := b.bareGroups(ctx)
	return &ceiling{objects: len(groups), write: func(ctx context.Context, i int) error {
		change(&groups[i].Status)
		return b.cluster.bare.Status().Update(ctx, &groups[i])
	}}, err
}

// bareGroups are as the operator made them.
func (b *bench) bareGroups(ctx context.Context) ([]imv1alpha1.IMGroup, error) {
	app, err := b.seeded(ctx, "bare", b.groups)
	if err != nil {
		return nil, err
	}
	return b.cluster.groups(ctx, app.Namespace)
}

// perSecond writes to the objects in turn for some time.
func (c *ceiling) perSecond(ctx context.Context, spell time.Duration) (float64, error) {
	end := time.Now().Add(spell)
	return c.run(ctx, bareWriters, func() bool { return time.Now().Before(end) })
}

// once writes to each object about once.
func (c *ceiling) once(ctx context.Context, writers int) (float64, error) {
	var left atomic.Int64
	left.Store(int64(c.objects))
	return c.run(ctx, writers, func() bool { return left.Add(-1) >= 0 })
}

// run writes as long as there is more to do, and returns the writes per second.
func (c *ceiling) run(ctx context.Context, writers int, more func() bool) (float64, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	whole := c.objects / writers * writers // so that no object has two writers
	start := time.Now()
	var written atomic.Int64
	var writing sync.WaitGroup
	for w := range writers {
		writing.Go(func() {
			for i := w; ctx.Err() == nil && more(); i += writers {
				if err := c.write(ctx, i%whole); err != nil {
					cancel(err)
				}
				written.Add(1)
			}
		})
	}
	writing.Wait()
	return float64(written.Load()) / time.Since(start).Seconds(), context.Cause(ctx)
}

// change gives a status a new notification, with its times.
func change(s *imv1alpha1.IMGroupStatus) (eventTime int64) {
	eventTime = nextEventTime()
	text, at := notice(eventTime), microTime(eventTime)
	s.Notification, s.LastChange.EventTime = &text, at
	for _, field := range []string{"notification", "alive", "type"} {
		if _, known := s.FieldTimes[field]; known {
			s.FieldTimes[field] = imv1alpha1.EventTime{MicroTime: at}
		}
	}
	return eventTime
}
