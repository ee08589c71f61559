// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package gitops

import (
	"errors"

	"github.com/imgroup-operator/imgroup-operator/test/harness"
)

var (
	must       = harness.Must
	eventually = harness.Eventually
	within     = harness.Within
)

// errNotYet is for checks that have no more to say.
var errNotYet = errors.New("not yet")
