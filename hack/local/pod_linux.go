// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"syscall"
	"unsafe"
)

// The program starts itself anew under these names: first in a network of its own, then for the container.
const (
	networkName   = "local-network"
	containerName = "local-container"
)

// pod is what a container is made of.
type pod struct {
	Root        string // a folder that becomes the read-only root
	Volume      string // where the container sees Data
	Data        string // the folder that it can write to
	User, Group int
	Args, Env   []string
}

// lay makes the root as the image has it, with the ServiceAccount's files.
func (p *pod) lay(program string, account map[string][]byte) error {
	for _, dir := range []string{"proc", "tmp", p.Volume, accountDir} {
		if err := os.MkdirAll(filepath.Join(p.Root, dir), 0o755); err != nil {
			return err
		}
	}
	for name, text := range account {
		if err := os.WriteFile(filepath.Join(p.Root, accountDir, name), text, 0o644); err != nil {
			return err
		}
	}
	if err := copyFile(filepath.Join(p.Root, "manager"), program); err != nil {
		return err
	}
	if err := os.MkdirAll(p.Data, 0o755); err != nil {
		return err
	}
	return errors.Join(os.Chown(p.Data, 0, p.Group), os.Chmod(p.Data, 0o2775))
}

func copyFile(to, from string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o755)
	if err != nil {
		return err
	}
	_, err = io.Copy(out, in)
	return errors.Join(err, out.Close())
}

// command is how to start this program so that it becomes the container.
func (p *pod) command() (string, []string, error) {
	text, err := json.Marshal(p)
	return "/proc/self/exe", []string{containerName, string(text)}, err
}

// isolated tells whether the program was started for a container, and becomes that; or in a network of its own.
func isolated() (own bool, err error) {
	switch {
	case len(os.Args) == 3 && os.Args[1] == containerName:
		return true, becomeContainer(os.Args[2])
	case os.Args[0] == networkName:
		return true, upLoopback()
	}
	return false, nil
}

// inOwnNetwork runs the program anew where nothing but loopback is, since a Pod listens on every address.
func inOwnNetwork() error {
	runtime.LockOSThread() // which the child must not outlive
	self := exec.Command("/proc/self/exe")
	self.Args = append([]string{networkName}, os.Args[1:]...)
	self.Stdin, self.Stdout, self.Stderr = os.Stdin, os.Stdout, os.Stderr
	self.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWNET, Pdeathsig: syscall.SIGKILL}
	if err := self.Run(); err != nil {
		return fmt.Errorf("in a network of its own, which takes root: %w", err)
	}
	return nil
}

// upLoopback sets the interface up, as ip link does.
func upLoopback() error {
	socket, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_DGRAM, 0)
	if err != nil {
		return err
	}
	defer func() { _ = syscall.Close(socket) }()
	request := struct {
		name  [syscall.IFNAMSIZ]byte
		flags uint16
		_     [22]byte
	}{flags: syscall.IFF_UP | syscall.IFF_RUNNING}
	copy(request.name[:], "lo")
	if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, uintptr(socket), syscall.SIOCSIFFLAGS, uintptr(unsafe.Pointer(&request))); errno != 0 {
		return fmt.Errorf("setting loopback up: %w", errno)
	}
	return nil
}
