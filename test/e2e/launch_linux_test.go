// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"os"
	"runtime"
	"strconv"
	"syscall"
	"unsafe"

	"golang.org/x/sys/unix"
)

// launch becomes the program that the environment names, with reads that fail; else it does nothing.
func launch() error {
	program := os.Getenv(launchProgram)
	if program == "" {
		return nil
	}
	errno, err := strconv.ParseUint(os.Getenv(launchError), 10, 16)
	if err != nil {
		return err
	}
	from, err := strconv.ParseUint(os.Getenv(launchFrom), 10, 32)
	if err != nil {
		return err
	}
	runtime.LockOSThread() // the filter is the thread's, and goes with it to the program
	if err := failReads(uint32(errno), uint32(from)); err != nil {
		return err
	}
	return syscall.Exec(program, append([]string{program}, os.Args[1:]...), os.Environ())
}

// failReads makes pread(2) fail, by which the journal alone reads: of more than a page, and of pages from an offset on.
// The dynamic loader calls it as well, but for places that no page begins at.
func failReads(errno, from uint32) error {
	const nr, count, offset = 0, 16 + 2*8, 16 + 3*8 // in seccomp_data
	load := func(at uint32) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: at}
	}
	jump := func(op uint16, k uint32, yes, no uint8) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_JMP | op | unix.BPF_K, K: k, Jt: yes, Jf: no}
	}
	end := func(k uint32) unix.SockFilter { return unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: k} }
	filter := []unix.SockFilter{
		load(nr), jump(unix.BPF_JEQ, unix.SYS_PREAD64, 0, 6),
		load(offset), jump(unix.BPF_JSET, pageSize-1, 4, 0), jump(unix.BPF_JGE, from, 2, 0),
		load(count), jump(unix.BPF_JGT, pageSize, 0, 1),
		end(unix.SECCOMP_RET_ERRNO | errno),
		end(unix.SECCOMP_RET_ALLOW),
	}
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	return unix.Prctl(unix.PR_SET_SECCOMP, unix.SECCOMP_MODE_FILTER, uintptr(unsafe.Pointer(&program)), 0, 0)
}
