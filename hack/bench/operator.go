// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"time"

	"github.com/imgroup-operator/imgroup-operator/test/child"
)

const (
	operatorGrace = 40 * time.Second // above the time that it takes at most to write what it still holds
	drainTimeout  = 2 * time.Minute
)

// operator is the operator's own binary in a process of its own.
type operator struct {
	*child.Process
	callback, metrics, health string // HOST:PORT
	options                   child.Options
}

// startOperator starts an operator for a namespace and waits until it takes callbacks.
func (b *bench) startOperator(ctx context.Context, namespace string, args ...string) (*operator, error) {
	o, err := b.launch(namespace, args...)
	if err != nil {
		return nil, err
	}
	if err := await(ctx, o.Process, "the operator to be ready", startTimeout, isOK("http://"+o.health+"/readyz")); err != nil {
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
	free, err := freeAddresses(3)
	if err != nil {
		return nil, err
	}
	o := &operator{callback: free[0], metrics: free[1], health: free[2]}
	o.options = child.Options{Path: b.manager, Log: filepath.Join(dir, "log"), Args: append([]string{
		"--kubeconfig=" + b.cluster.kubeconfig,
		"--journal-dir=" + filepath.Join(dir, "journal"),
		"--callback-bind-address=" + o.callback,
		"--metrics-bind-address=" + o.metrics,
		"--health-probe-bind-address=" + o.health,
		"--watch-namespaces=" + namespace,
		"--leader-election-namespace=" + systemNamespace,
		"--leader-elect=false",
	}, args...)}
	o.Process, err = o.again()
	return o, err
}

// again starts the same operator, with its journal.
func (o *operator) again() (*child.Process, error) { return child.Start(o.options) }

func (o *operator) stop() error { return o.Stop(operatorGrace) }

func (o *operator) url(namespace string) string {
	return "http://" + o.callback + "/callbacks/" + namespace + "/" + appName
}

// load is a load for this operator.
func (o *operator) load(namespace string, conns, groups int, spell time.Duration) load {
	return load{addr: o.callback, namespace: namespace, conns: conns, groups: groups, time: spell}
}

func (o *operator) scrape(ctx context.Context) (exposition, error) {
	m, err := scrape(ctx, http.DefaultClient, "http://"+o.metrics+"/metrics")
	if err != nil {
		return "", fmt.Errorf("the operator's metrics: %w", err)
	}
	return m, nil
}

// drained waits until everything acknowledged is written to the API server.
func (o *operator) drained(ctx context.Context) error {
	return awaitEvery(ctx, scrapeInterval, o.Process, "the journal to be empty", drainTimeout, func(ctx context.Context) error {
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
