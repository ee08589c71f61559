// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build race

package e2e

// buildFlags give the operator the race detector when the tests have it.
var buildFlags = []string{"-race"}

// memoryFactor is what the race detector makes of the memory that a process takes.
const memoryFactor = 8
