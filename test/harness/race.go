// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build race

package harness

// Race tells whether the tests, and so the operator that they build, have the race detector.
const Race = true
