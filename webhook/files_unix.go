// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build unix

package webhook

import "syscall"

// openFiles is how many files the process may have open. The Go runtime has raised its own bound as far as it may.
func openFiles() uint64 {
	var files syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &files); err != nil {
		return maxConnections + otherFiles
	}
	return uint64(files.Cur) //nolint:unconvert // it is signed on some systems
}
