// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build race

package main

// buildFlags let the programs be built as the test is.
var buildFlags = []string{"-race"}
