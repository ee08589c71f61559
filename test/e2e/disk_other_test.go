// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build !linux

package e2e

import "testing"

// systemFaults are none here.
func systemFaults() map[string]func(*testing.T, string) diskFault {
	return map[string]func(*testing.T, string) diskFault{}
}

// launch launches nothing here.
func launch() error { return nil }
