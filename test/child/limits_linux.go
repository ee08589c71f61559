// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package child

import (
	"os"
	"syscall"
	"unsafe"
)

// LimitFileSize bounds the files that the process writes, from now on: a write beyond it fails. It takes no rights, and
// a later call may raise the bound again, up to what this process may write itself.
func (p *Process) LimitFileSize(bytes uint64) error {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		return err
	}
	limit.Cur = min(bytes, limit.Max)
	_, _, errno := syscall.RawSyscall6(syscall.SYS_PRLIMIT64, uintptr(p.PID()), syscall.RLIMIT_FSIZE, uintptr(unsafe.Pointer(&limit)), 0, 0, 0)
	if errno != 0 {
		return os.NewSyscallError("prlimit", errno)
	}
	return nil
}
