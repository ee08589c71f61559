// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package leader elects the replica that does what only one may do.
package leader

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/leaderelection"
	"k8s.io/client-go/tools/leaderelection/resourcelock"
)

// The Lease's times. A new leader is found about leaseDuration after the old one died.
const (
	leaseName     = "imgroup-operator"
	leaseDuration = 15 * time.Second
	renewDeadline = 10 * time.Second
	retryPeriod   = 2 * time.Second
)

// Elector says which replica does what only one may do: the status of IMApps, resync and retention. It runs beside
// the manager; losing the Lease never ends the process, the replica only campaigns again.
type Elector struct {
	always  bool
	lock    resourcelock.Interface
	leading atomic.Bool

	mu      sync.Mutex
	elected []func()
}

// New makes an elector for the Lease in a namespace. With enabled=false this replica always leads.
func New(config *rest.Config, namespace, identity string, enabled bool) (*Elector, error) {
	e := &Elector{always: !enabled}
	if e.always {
		e.leading.Store(true)
		return e, nil
	}
	config = rest.CopyConfig(config)
	config.Timeout = renewDeadline / 2 // a hanging request must not eat the whole time to renew
	clients, err := kubernetes.NewForConfig(config)
	if err != nil {
		return nil, fmt.Errorf("making the client for leader election: %w", err)
	}
	e.lock, err = resourcelock.New(resourcelock.LeasesResourceLock, namespace, leaseName, clients.CoreV1(),
		clients.CoordinationV1(), resourcelock.ResourceLockConfig{Identity: identity})
	if err != nil {
		return nil, fmt.Errorf("making the lock for leader election: %w", err)
	}
	return e, nil
}

// IsLeader reports whether this replica leads now. Two replicas may believe so for a moment; every write that depends
// on it is safe to do twice.
func (e *Elector) IsLeader() bool { return e.leading.Load() }

// OnElected calls f each time this replica becomes the leader, and at the start when it always leads.
func (e *Elector) OnElected(f func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.elected = append(e.elected, f)
}

// NeedLeaderElection says that the manager starts the elector on every replica.
func (e *Elector) NeedLeaderElection() bool { return false }

// Start campaigns until the context ends.
func (e *Elector) Start(ctx context.Context) error {
	if e.always {
		e.begin(ctx)
		<-ctx.Done()
		return nil
	}
	for ctx.Err() == nil {
		if err := e.campaign(ctx); err != nil {
			return err
		}
	}
	return nil
}

// campaign returns when the Lease was lost or the context ended.
func (e *Elector) campaign(ctx context.Context) error {
	elector, err := leaderelection.NewLeaderElector(leaderelection.LeaderElectionConfig{
		Lock: e.lock, Name: leaseName, ReleaseOnCancel: true,
		LeaseDuration: leaseDuration, RenewDeadline: renewDeadline, RetryPeriod: retryPeriod,
		Callbacks: leaderelection.LeaderCallbacks{
			OnStartedLeading: e.begin,
			OnStoppedLeading: e.end,
		},
	})
	if err != nil {
		return fmt.Errorf("making the leader elector: %w", err)
	}
	elector.Run(ctx)
	return nil
}

// begin runs in a goroutine of its own, which may be late: the term is over when its context is done.
func (e *Elector) begin(term context.Context) {
	e.mu.Lock()
	if term.Err() == nil {
		e.leading.Store(true)
	}
	elected := slices.Clone(e.elected)
	e.mu.Unlock()
	for _, f := range elected {
		f()
	}
}

func (e *Elector) end() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.leading.Store(false)
}
