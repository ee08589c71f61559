// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

// idlePause is between two changes, with as much again at random, so that nothing is in step with anything.
const idlePause = 15 * time.Millisecond

// sighting is a change of which somebody waits to see it.
type sighting struct {
	eventTime int64
	at        time.Time
}

// row4 holds the time from a callback to its change in a watch against a bare client's PUT, in turn, on an idle machine.
func (b *bench) row4(ctx context.Context) (err error) {
	app, err := b.seeded(ctx, "idle", manyGroups)
	if err != nil {
		return err
	}
	bare, err := b.bareGroups(ctx)
	if err != nil {
		return err
	}
	o, err := b.startOperator(ctx, app.Namespace)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, o.stop()) }()
	ours, err := b.newProber(ctx, app.Namespace, callbackSender(o, app.Namespace))
	if err != nil {
		return err
	}
	defer ours.stop()
	theirs, err := b.newProber(ctx, bare[0].Namespace, putSender(b.cluster, bare))
	if err != nil {
		return err
	}
	defer theirs.stop()
	if _, _, err := b.inTurn(ctx, ours, theirs); err != nil { // the warm-up
		return err
	}
	return b.compareSights(ctx, ours, theirs)
}

func (b *bench) compareSights(ctx context.Context, ours, theirs *prober) error {
	var ratios, our50, our99, their50 []float64
	err := b.eachRound(ctx, func() error {
		us, them, err := b.inTurn(ctx, ours, theirs)
		if err != nil {
			return err
		}
		ratios = append(ratios, float64(quantile(us, 0.5))/float64(quantile(them, 0.5)))
		our50, our99 = append(our50, milliseconds(quantile(us, 0.5))), append(our99, milliseconds(quantile(us, 0.99)))
		their50 = append(their50, milliseconds(quantile(them, 0.5)))
		return nil
	})
	b.add(figure{Row: "4", What: "idle: callback → watch p50 ÷ bare PUT → watch p50", Values: ratios, Bound: atMost(1.5, 1.15)})
	b.detail("4", "callback → watch p50", "ms", our50)
	b.detail("4", "callback → watch p99", "ms", our99)
	b.detail("4", "bare PUT → watch p50", "ms", their50)
	return err
}

// inTurn takes samples of both sides by turns.
func (b *bench) inTurn(ctx context.Context, ours, theirs *prober) (us, them []time.Duration, err error) {
	for range b.samples {
		for _, side := range []struct {
			prober *prober
			times  *[]time.Duration
		}{{ours, &us}, {theirs, &them}} {
			sleepUntil(ctx, time.Now().Add(idlePause+rand.N(idlePause)))
			took, err := side.prober.sample(ctx)
			if err != nil {
				return nil, nil, err
			}
			*side.times = append(*side.times, took)
		}
	}
	return us, them, nil
}

// prober changes groups of a namespace, one at a time, and waits until it sees the change.
type prober struct {
	change func(ctx context.Context, group int) (eventTime int64, err error)
	sight  *sight
	seen   chan sighting
	next   int
}

func (b *bench) newProber(ctx context.Context, namespace string, change func(context.Context, int) (int64, error)) (*prober, error) {
	p := &prober{change: change, seen: make(chan sighting, 1000)}
	var err error
	p.sight, err = b.cluster.watchGroups(ctx, namespace, func(_ string, eventTime int64, at time.Time) {
		p.seen <- sighting{eventTime, at}
	})
	return p, err
}

// sample takes a new group each time: a group that has just changed might still be busy.
func (p *prober) sample(ctx context.Context) (time.Duration, error) {
	start := time.Now()
	want, err := p.change(ctx, p.next)
	if err != nil {
		return 0, err
	}
	p.next++
	limit := time.After(10 * time.Second)
	for {
		select {
		case s := <-p.seen:
			if s.eventTime == want {
				return s.at.Sub(start), nil
			}
		case <-limit:
			return 0, errors.Join(errors.New("a change was not seen within 10 s"), p.sight.err())
		case <-ctx.Done():
			return 0, ctx.Err()
		}
	}
}

func (p *prober) stop() { p.sight.stop() }

// callbackSender changes a group by a callback.
func callbackSender(o *operator, namespace string) func(context.Context, int) (int64, error) {
	var t *template
	c := conn{addr: o.Callbacks}
	return func(ctx context.Context, group int) (_ int64, err error) {
		if t == nil {
			if t, err = newTemplate(ctx, o.URL(namespace, appName), ""); err != nil {
				return 0, err
			}
		}
		eventTime := nextEventTime()
		t.set(group%manyGroups, eventTime, signNow())
		if a := c.exchange(t.text); a != acknowledged {
			return 0, fmt.Errorf("a callback was not acknowledged (%d)", a)
		}
		return eventTime, nil
	}
}

// putSender changes a group as a client does who knows its version.
func putSender(c *cluster, groups []imv1alpha1.IMGroup) func(context.Context, int) (int64, error) {
	return func(ctx context.Context, group int) (int64, error) {
		g := &groups[group%len(groups)]
		eventTime := change(&g.Status)
		return eventTime, c.bare.Status().Update(ctx, g)
	}
}
