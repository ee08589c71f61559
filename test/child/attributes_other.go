// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build !linux

package child

import "syscall"

func processAttributes() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }

// awaitStop waits for nothing here: the wait that tells of a stop would take the exit code, too.
func awaitStop(int) error { return nil }
