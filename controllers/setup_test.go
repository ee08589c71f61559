// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"errors"
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/reconcile"
)

// Work of which the API server must not see the end in 30 s is the exception; and each replica writes its own events.
func TestEveryControllerRunsOnEveryReplicaWithinItsTime(t *testing.T) {
	var r reconcile.TypedReconciler[reconcile.Request]
	o := options(3, r)
	if o.NeedLeaderElection == nil || *o.NeedLeaderElection || o.MaxConcurrentReconciles != 3 || o.NewQueue == nil || o.RateLimiter == nil {
		t.Errorf("%+v", o)
	}
	if o.ReconciliationTimeout != reconcileTimeout || o.CacheSyncTimeout != forEver || untimed(o).ReconciliationTimeout != 0 {
		t.Errorf("it has %s, and %s for its cache", o.ReconciliationTimeout, o.CacheSyncTimeout)
	}
}

func TestTheFirstErrorOfASetupEndsIt(t *testing.T) {
	failed, ran := errors.New("failed"), 0
	step := func(err error) func() error {
		return func() error { ran++; return err }
	}
	if err := firstError(step(nil), step(failed), step(nil)); !errors.Is(err, failed) || ran != 2 {
		t.Errorf("%v after %d steps", err, ran)
	}
	if err := firstError(step(nil)); err != nil {
		t.Error(err)
	}
}
