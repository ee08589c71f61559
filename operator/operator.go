// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package operator is the whole process: the receiver, the journal, the controllers and the elector, how it starts and
// stops, and how it reports that.
package operator

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/go-logr/logr"
	"golang.org/x/sync/errgroup"
	"k8s.io/client-go/rest"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/imgroup-operator/imgroup-operator/controllers/app"
	"github.com/imgroup-operator/imgroup-operator/controllers/resync"
	"github.com/imgroup-operator/imgroup-operator/internal/apps"
	"github.com/imgroup-operator/imgroup-operator/internal/deadletter"
	"github.com/imgroup-operator/imgroup-operator/internal/journal"
	"github.com/imgroup-operator/imgroup-operator/internal/logbuffer"
	"github.com/imgroup-operator/imgroup-operator/internal/memory"
	"github.com/imgroup-operator/imgroup-operator/internal/options"
	"github.com/imgroup-operator/imgroup-operator/webhook"
)

const (
	// drainTimeout is how long a stopping operator waits for the API server to take what the journal holds. What is left
	// stays on disk for the next start.
	drainTimeout = 20 * time.Second
	drainPoll    = 50 * time.Millisecond
	// stopTimeout is how long the parts may take to end after that.
	stopTimeout = 10 * time.Second
)

// Operator is the whole process.
type Operator struct {
	log       logr.Logger
	lines     *logbuffer.Buffer // to which log writes
	audit     *logbuffer.Buffer
	manager   ctrl.Manager
	journal   *journal.Journal
	letters   *deadletter.Box
	registry  *apps.Registry
	loader    *app.Loader
	requests  *resync.Requests
	receiver  *webhook.Server
	readiness *readiness
}

// New opens the journal and puts the parts together. It does not need the API server. The log writes to lines.
func New(ctx context.Context, o options.Options, version string, log logr.Logger, lines, audit *logbuffer.Buffer) (*Operator, error) {
	config, err := kubeconfig(o.Kubeconfig, version)
	if err != nil {
		return nil, err
	}
	if err := memory.Tune(); err != nil {
		log.V(1).Info("the memory limit of the container is not known", "reason", err.Error())
	}
	op := &Operator{log: log, lines: lines, audit: audit, registry: &apps.Registry{}}
	if err := op.build(ctx, o, config); err != nil {
		if op.journal != nil {
			err = errors.Join(err, op.journal.Close())
		}
		return nil, err
	}
	return op, nil
}

// Run works until the context ends, then stops in order: no more callbacks, what is acknowledged to the API server,
// then the rest.
func (op *Operator) Run(ctx context.Context) error {
	op.readiness.tell(loading)
	rest, stopRest := context.WithCancel(context.WithoutCancel(ctx))
	defer stopRest()
	group, failed := errgroup.WithContext(rest)
	receiving, stopReceiving := context.WithCancel(rest)
	defer stopReceiving()
	received := make(chan struct{})
	group.Go(func() error {
		defer close(received)
		return wrap("receiving callbacks", op.receiver.Start(receiving))
	})
	group.Go(func() error { return wrap("running the controllers", op.manager.Start(failed)) })
	group.Go(func() error { return op.loadApps(failed) })
	group.Go(func() error {
		defer stopRest()
		select {
		case <-ctx.Done():
		case <-failed.Done():
		}
		op.readiness.reach(stopping)
		stopReceiving()
		<-received
		op.drain(failed)
		return nil
	})
	return errors.Join(op.await(rest, group), wrap("closing the journal", op.journal.Close()))
}

// await waits for the parts, and no longer than stopTimeout once they were told to end: a manager whose caches never
// saw the API server does not end by itself.
func (op *Operator) await(rest context.Context, group *errgroup.Group) error {
	ended := make(chan error, 1)
	go func() { ended <- group.Wait() }()
	select {
	case err := <-ended:
		return err
	case <-rest.Done():
	}
	select {
	case err := <-ended:
		return err
	case <-time.After(stopTimeout):
		op.log.Info("some parts did not end in time; the process ends without them")
		return nil
	}
}

// loadApps waits for the cache to know the IMApps; then the receiver answers, and the process is ready. The resyncs that
// the journal owes are requested.
func (op *Operator) loadApps(ctx context.Context) error {
	err := op.loader.LoadAll(ctx, op.manager.GetCache())
	if err != nil {
		return wrap("loading the IMApps", err)
	}
	op.readiness.reach(serving)
	for _, app := range op.ledger().owed(op.registry.Keys(), len(op.readiness.refused()) == 0) {
		op.requests.RequestResync(app)
	}
	return nil
}

// drain waits until the journal is empty, the time is over or the rest has failed.
func (op *Operator) drain(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, drainTimeout)
	defer cancel()
	poll := time.NewTicker(drainPoll)
	defer poll.Stop()
	for op.journal.Stats().Groups > 0 {
		select {
		case <-ctx.Done():
			op.log.Info("stopping with events that are not written yet; they stay in the journal", "groups", op.journal.Stats().Groups)
			return
		case <-poll.C:
		}
	}
	op.log.Info("all that was acknowledged is written")
}

// identity tells this replica from the others.
func identity() string {
	name, err := os.Hostname()
	if err != nil {
		name = "unknown"
	}
	return fmt.Sprintf("%s_%d", name, os.Getpid())
}

func wrap(what string, err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return nil
	}
	return fmt.Errorf("%s: %w", what, err)
}

// kubeconfig lifts the client's rate limit: the writers are bounded by their number.
func kubeconfig(file, version string) (*rest.Config, error) {
	config, err := loadConfig(file)
	if err != nil {
		return nil, fmt.Errorf("finding the API server: %w", err)
	}
	config.QPS = -1
	config.UserAgent = "imgroup-operator/" + version
	return config, nil
}
