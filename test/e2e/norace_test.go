// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build !race

package e2e

var buildFlags []string

const memoryFactor = 1
