// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"slices"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

// settleTimeout is how long the objects may take to say what the callbacks said.
const settleTimeout = 20 * time.Second

// await waits until the condition holds, or the operator ends.
func (st *stack) await(ctx context.Context, what string, limit time.Duration, holds func() (bool, error)) error {
	return st.operator.Await(ctx, what, limit, func(context.Context) error {
		ok, err := holds()
		if err == nil && !ok {
			err = errNotYet
		}
		return err
	})
}

var errNotYet = errors.New("not yet")

// awaitOrGoOn waits long enough; then the checks will say what is missing.
func (st *stack) awaitOrGoOn(ctx context.Context, what string, holds func() (bool, error)) error {
	err := st.await(ctx, what, settleTimeout, holds)
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
