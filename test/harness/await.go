// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package harness

import (
	"context"
	"testing"
	"time"

	"github.com/imgroup-operator/imgroup-operator/test/child"
)

const (
	// Patience until something must have come true that has no time of its own; generous for slow machines.
	Patience = 3 * time.Minute
	// PollEvery is short against what is awaited, and leaves the processor to it.
	PollEvery = 50 * time.Millisecond
)

// Eventually waits until a check has no error.
func Eventually(t *testing.T, what string, check func() error) {
	t.Helper()
	Within(t, Patience, what, check)
}

// Within waits until a check has no error and fails after a time that is part of the contract.
func Within(t *testing.T, limit time.Duration, what string, check func() error) {
	t.Helper()
	Must(t, await(t.Context(), limit, what, check))
}

// Await waits until a check has no error, outside of a test.
func Await(ctx context.Context, what string, check func() error) error {
	return await(ctx, Patience, what, check)
}

func await(ctx context.Context, limit time.Duration, what string, check func() error) error {
	return child.Await(ctx, nil, what, limit, PollEvery, func(context.Context) error { return check() })
}
