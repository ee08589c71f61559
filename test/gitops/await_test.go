// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package gitops

import (
	"context"
	"errors"
	"testing"
	"time"
)

const (
	// patience until something must have come true that has no time of its own; generous for slow machines.
	patience = 60 * time.Second
	// pollEvery is short against what is awaited, and leaves the processor to it.
	pollEvery = 50 * time.Millisecond
)

// errNotYet is for checks that have no more to say.
var errNotYet = errors.New("not yet")

// eventually waits until a check has no error.
func eventually(t *testing.T, what string, check func() error) {
	t.Helper()
	within(t, patience, what, check)
}

// within waits until a check has no error and fails after a time that is part of the contract.
func within(t *testing.T, limit time.Duration, what string, check func() error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	poll := time.NewTicker(pollEvery)
	defer poll.Stop()
	for {
		err := check()
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("%s: not within %s: %v", what, limit, err)
		case <-poll.C:
		}
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
