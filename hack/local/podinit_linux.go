// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"runtime"
	"syscall"
)

// Options of prctl.
const (
	prSetDeathSignal = 1
	prSetNoNewPrivs  = 38
)

// becomeContainer turns this process into the container's. It returns only with an error.
func becomeContainer(text string) error {
	var p pod
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		return err
	}
	runtime.LockOSThread() // the mounts are this thread's, and exec keeps its
	for _, step := range []struct {
		name string
		do   func() error
	}{
		{"new mounts", func() error { return syscall.Unshare(syscall.CLONE_NEWNS) }},
		{"private mounts", func() error { return syscall.Mount("", "/", "", syscall.MS_PRIVATE|syscall.MS_REC, "") }},
		{"the root", func() error { return syscall.Mount(p.Root, p.Root, "", syscall.MS_BIND, "") }},
		{"the volume", func() error { return syscall.Mount(p.Data, filepath.Join(p.Root, p.Volume), "", syscall.MS_BIND, "") }},
		{"/proc", func() error {
			return syscall.Mount("/proc", filepath.Join(p.Root, "proc"), "", syscall.MS_BIND|syscall.MS_REC, "")
		}},
		{"a read-only root", func() error {
			return syscall.Mount("", p.Root, "", syscall.MS_BIND|syscall.MS_REMOUNT|syscall.MS_RDONLY|syscall.MS_NOSUID, "")
		}},
		{"chroot", func() error { return syscall.Chroot(p.Root) }},
		{"chdir", func() error { return syscall.Chdir("/") }},
		{"no new privileges", func() error { return prctl(prSetNoNewPrivs, 1) }},
		{"groups", func() error { return syscall.Setgroups([]int{p.Group}) }},
		{"group", func() error { return syscall.Setgid(p.Group) }},
		{"user", func() error { return syscall.Setuid(p.User) }},
		{"end with the parent", func() error { return prctl(prSetDeathSignal, uintptr(syscall.SIGKILL)) }},
		{"exec", func() error { return syscall.Exec("/manager", append([]string{"/manager"}, p.Args...), p.Env) }},
	} {
		if err := step.do(); err != nil {
			return fmt.Errorf("becoming the container: %s: %w", step.name, err)
		}
	}
	return nil
}

func prctl(option, value uintptr) error {
	if _, _, errno := syscall.RawSyscall6(syscall.SYS_PRCTL, option, value, 0, 0, 0, 0); errno != 0 {
		return errno
	}
	return nil
}
