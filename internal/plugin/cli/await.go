// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"context"
	"errors"
	"time"

	"k8s.io/apimachinery/pkg/util/wait"

	"github.com/imgroup-operator/imgroup-operator/internal/plugin/cluster"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/exit"
)

// Await asks again and again until a check holds. While the API server is away it goes on; any other error ends it.
func (e *Env) Await(ctx context.Context, every, timeout time.Duration, check func(context.Context) (bool, error)) error {
	told := false
	err := wait.PollUntilContextTimeout(ctx, every, timeout, true, func(ctx context.Context) (bool, error) {
		done, err := check(ctx)
		switch {
		case err != nil && ctx.Err() != nil:
			return false, ctx.Err()
		case err == nil || !cluster.IsAway(err):
			return done, err
		}
		if !told {
			e.Note("The API server is away (%v); trying again.", err)
		}
		told = true
		return false, nil
	})
	if ctx.Err() != nil {
		return exit.ErrInterrupted
	}
	return err
}

// IsLate reports whether Await ended because of its timeout.
func IsLate(err error) bool { return wait.Interrupted(err) && !errors.Is(err, context.Canceled) }
