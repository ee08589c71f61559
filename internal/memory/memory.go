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
	// gcPercent: live memory is mostly the cache, which hardly changes, so the heap need not double between two
	// collections.
	gcPercent = 40
	// ballastBytes make a small heap count as a larger one: without them a process with few IMGroups would collect its
	// garbage many times a second under load. They are never touched, so they take address space and no memory; their cost is
	// gcPercent of them, 26 MiB of garbage that may accumulate.
	ballastBytes = 64 << 20
)

// ballast holds on to the bytes.
var ballast []byte //nolint:unused // to be there is all it does

// Tune applies the settings, once, at the start of the process. $GOGC overrides them. In a container with a memory limit, the
// collector works harder as the process nears nine tenths of it, unless $GOMEMLIMIT sets another bound. An error means that
// the limit is unknown, and changes nothing else.
func Tune() error {
	if os.Getenv("GOGC") == "" {
		ballast = make([]byte, ballastBytes)
		debug.SetGCPercent(gcPercent)
	}
	_, err := memlimit.Set()
	return err
}
