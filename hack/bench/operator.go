// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/imgroup-operator/imgroup-operator/test/child"
	"github.com/imgroup-operator/imgroup-operator/test/replica"
)

const drainTimeout = 2 * time.Minute

// operator is the operator's own binary in a process of its own.
type operator struct{ *replica.Replica }

// startOperator starts an operator for a namespace and waits until it takes callbacks.
func (b *bench) startOperator(ctx context.Context, namespace string, args ...string) (*operator, error) {
	o, err := b.launch(namespace, args...)
	if err != nil {
		return nil, err
	}
	if err := o.AwaitReady(ctx); err != nil {
		return nil, errors.Join(err, o.Kill())
	}
	return o, nil
}

// launch starts an operator and does not wait.
func (b *bench) launch(namespace string, args ...string) (*operator, error) {
	dir, err := b.folder("operator")
	if err != nil {
		return nil, err
	}
	r, err := replica.New(b.manager, dir, b.cluster.operator, append([]string{
		"--watch-namespaces=" + namespace, "--leader-election-namespace=" + systemNamespace, "--leader-elect=false"}, args...)...)
	if err != nil {
		return nil, err
	}
	return &operator{r}, r.Start()
}

func (o *operator) stop() error { return o.Stop(replica.StopGrace) }

// load is a load for this operator.
func (o *operator) load(namespace string, conns, groups int, spell time.Duration) load {
	return load{addr: o.Callbacks, namespace: namespace, conns: conns, groups: groups, time: spell}
}

func (o *operator) scrape(ctx context.Context) (exposition, error) {
	m, err := scrape(ctx, http.DefaultClient, "http://"+o.Metrics+"/metrics")
	if err != nil {
		return "", fmt.Errorf("the operator's metrics: %w", err)
	}
	return m, nil
}

// awaitMetrics is Await for a check that reads them.
func (o *operator) awaitMetrics(ctx context.Context, what string, limit time.Duration, check func(context.Context) error) error {
	return child.Await(ctx, o.Process, what, limit, scrapeInterval, check)
}

// drained waits until everything acknowledged is written to the API server.
func (o *operator) drained(ctx context.Context) error {
	return o.awaitMetrics(ctx, "the journal to be empty", drainTimeout, func(ctx context.Context) error {
		m, err := o.scrape(ctx)
		if err != nil {
			return err
		}
		if n := m.sum("imgroup_journal_pending_groups"); n > 0 {
			return fmt.Errorf("%v groups are pending", n)
		}
		return nil
	})
}

// conflicts are the writes that the API server refused since the object was another one by then.
func (o *operator) conflicts(ctx context.Context) (float64, error) {
	m, err := o.scrape(ctx)
	return m.sum("imgroup_sync_writes_total", `result="conflict"`), err
}
