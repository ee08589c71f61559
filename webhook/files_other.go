// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build !unix

package webhook

// openFiles has no bound that matters here.
func openFiles() uint64 { return maxConnections + otherFiles }
