// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"errors"
	"testing"
	"time"

	"github.com/imgroup-operator/imgroup-operator/test/harness"
)

var (
	must       = harness.Must
	eventually = harness.Eventually
	within     = harness.Within
	differs    = harness.Differs
)

// during does something again and again for a time. A check that something does not happen must look for a while;
// where there is an end to wait for, tests wait for that instead.
func during(t *testing.T, length, every time.Duration, do func()) {
	t.Helper()
	end := time.NewTimer(length)
	defer end.Stop()
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		do()
		select {
		case <-t.Context().Done():
			t.Fatal(t.Context().Err())
		case <-end.C:
			return
		case <-tick.C:
		}
	}
}

// errNotYet is for checks that have no more to say.
var errNotYet = errors.New("not yet")
