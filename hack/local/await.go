// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

const (
	pollInterval = 50 * time.Millisecond
	// settleTimeout is how long the objects may take to say what the callbacks said.
	settleTimeout = 20 * time.Second
)

// await polls until the condition holds, the operator ends or the context does.
func (st *stack) await(ctx context.Context, what string, holds func() (bool, error)) error {
	tick := time.NewTicker(pollInterval)
	defer tick.Stop()
	for {
		ok, err := holds()
		if ok && err == nil {
			return nil
		}
		select {
		case <-tick.C:
		case <-st.operator.process.Done():
			return st.operator.process.Err()
		case <-ctx.Done():
			if err != nil {
				return fmt.Errorf("waiting for %s: %w (last: %w)", what, ctx.Err(), err)
			}
			return fmt.Errorf("waiting for %s: %w", what, ctx.Err())
		}
	}
}

// awaitOrGoOn waits long enough; then the checks will say what is missing.
func (st *stack) awaitOrGoOn(ctx context.Context, what string, holds func() (bool, error)) error {
	limited, cancel := context.WithTimeout(ctx, settleTimeout)
	defer cancel()
	err := st.await(limited, what, holds)
	if errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil {
		return nil
	}
	return err
}

// groupsOf lists the IMGroups of an application.
func (st *stack) groupsOf(ctx context.Context, app string) ([]imv1alpha1.IMGroup, error) {
	var list imv1alpha1.IMGroupList
	err := st.client.List(ctx, &list, client.InNamespace(sampleNamespace))
	return slices.DeleteFunc(list.Items, func(g imv1alpha1.IMGroup) bool { return g.Spec.AppRef.Name != app }), err
}
