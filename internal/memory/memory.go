// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package memory sets how much memory the process trades for processor time.
package memory

import (
	"os"
	"runtime/debug"

	"github.com/KimMachineGun/automemlimit/memlimit"
)

const (
	// gcPercent: what lives is the cache, which hardly changes, so the heap need not grow to twice its size between two
	// collections.
	gcPercent = 40
	// ballastBytes make a small heap count as a larger one: without them a process with few IMGroups would collect its
	// garbage many times a second under load. They are never touched, so they take address space and no memory; what they
	// cost is gcPercent of them, 26 MiB of garbage that may gather.
	ballastBytes = 64 << 20
)

// ballast holds on to the bytes.
var ballast []byte //nolint:unused // to be there is all it does

// Tune applies the settings, once, at the start of the process. $GOGC overrides them. In a container with a memory limit
// the collector works the harder the nearer the process is to nine tenths of it, unless $GOMEMLIMIT says another bound.
// The error, which changes nothing else, is that the limit cannot be told.
func Tune() error {
	if os.Getenv("GOGC") == "" {
		ballast = make([]byte, ballastBytes)
		debug.SetGCPercent(gcPercent)
	}
	_, err := memlimit.Set()
	return err
}
