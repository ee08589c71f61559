// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

const (
	backlogText    = 1400 // bytes that make a change's text a long one
	backlogTimeout = 10 * time.Minute
	backlogWait    = 30 * time.Second // over which the processor time of waiting is measured
)

// backlog is what a nearly full journal comes to.
type backlog struct {
	most, again float64 // MiB of the operator, and of one that starts with it
	waiting     float64 // % of a processor
	listens     float64 // ms until it does after a start
}

// row16 takes the API server away until the journal is nearly full of groups with long texts: the memory that the
// operator takes, also of one that starts with such a journal, and the processor time that waiting costs. One IMApp may
// fill half of it, so there are two.
func (b *bench) row16(ctx context.Context) error {
	var namespaces []string
	for range 2 {
		app, err := b.seeded(ctx, "backlog", 0)
		if err != nil {
			return err
		}
		namespaces = append(namespaces, app.Namespace)
	}
	var most, again, waiting, listens []float64
	for range b.sizeRounds {
		r, err := b.outlast(ctx, namespaces)
		if err != nil {
			return err
		}
		most, again = append(most, r.most), append(again, r.again)
		waiting, listens = append(waiting, r.waiting), append(listens, r.listens)
	}
	with := ", " + thousands(len(namespaces)*b.backlog) + " groups pending"
	b.detail("16", "most memory"+with, "MiB", most)
	b.detail("16", "most memory of a restart"+with, "MiB", again)
	b.detail("16", "restart until it listens"+with, "ms", listens)
	b.detail("16", "processor time of waiting"+with, "%", waiting)
	return nil
}

// outlast fills the journal of a new operator while the API server is away.
func (b *bench) outlast(ctx context.Context, namespaces []string) (r backlog, err error) {
	o, err := b.startOperator(ctx, namespaces[0]+","+namespaces[1])
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, o.Kill(), b.cluster.env.StartAPIServer(ctx)) }()
	if err := b.cluster.env.KillAPIServer(); err != nil {
		return r, err
	}
	if err := b.fill(ctx, o, namespaces); err != nil {
		return r, err
	}
	waiting, err := spent(o.Process, func() error {
		sleepUntil(ctx, time.Now().Add(backlogWait))
		return ctx.Err()
	})
	if err != nil {
		return r, err
	}
	r.waiting = 100 * waiting.Seconds() / backlogWait.Seconds()
	if _, r.most, err = residentSet(o.Process); err != nil {
		return r, err
	}
	err = restart(ctx, o, &r)
	return r, err
}

func (b *bench) fill(ctx context.Context, o *operator, namespaces []string) error {
	for _, namespace := range namespaces {
		l := o.load(namespace, busyConns, b.backlog, backlogTimeout)
		l.count, l.padding = int64(b.backlog), backlogText
		out, err := l.run(ctx)
		if err != nil {
			return err
		}
		if out.others() > 0 {
			return fmt.Errorf("%d of %d callbacks were not acknowledged", out.others(), b.backlog)
		}
	}
	return nil
}

// restart ends the operator and starts it again, without an API server: it is as large as it will be when it listens.
func restart(ctx context.Context, o *operator, r *backlog) (err error) {
	if err := o.Kill(); err != nil {
		return err
	}
	start := time.Now()
	if err := o.Start(); err != nil {
		return err
	}
	if err := o.Await(ctx, "the operator to listen", startTimeout, o.Live); err != nil {
		return err
	}
	r.listens = milliseconds(time.Since(start))
	_, r.again, err = residentSet(o.Process)
	return err
}
