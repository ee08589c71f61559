// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build !race

package gitops

// buildFlags give the operator the race detector when the tests have it.
var buildFlags []string
