// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build race

package recipes

// buildFlags give our own programs the race detector when the tests have it.
var buildFlags = []string{"-race"}
