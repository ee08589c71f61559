// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"errors"
	"math"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// systemFaults are faults that the system makes.
func systemFaults() map[string]func(*testing.T, string) diskFault {
	all := map[string]func(*testing.T, string) diskFault{"files cannot grow": noGrowth, "files cannot be opened": noFiles}
	if *mounts {
		all["the disk is full"] = fullDisk
		all["the disk is read-only"] = readOnly
	}
	return all
}

// noGrowth lets writes fail in the middle of a segment, and new segments when they take their space. The limit leaves
// room for the log, which it bounds as well.
func noGrowth(*testing.T, string) diskFault {
	limit := func(bytes uint64) func(*operator) error {
		return func(o *operator) error { return o.LimitFileSize(bytes) }
	}
	return diskFault{size: "64Mi", refuse: limit(256 << 10), heal: limit(math.MaxUint64)}
}

// noFiles lets no file be opened, so that the next segment cannot be begun.
func noFiles(*testing.T, string) diskFault {
	limit := func(n uint64) func(*operator) error {
		return func(o *operator) error { return o.LimitOpenFiles(n) }
	}
	return diskFault{size: "1Mi", refuse: limit(0), heal: limit(math.MaxUint64), deaf: true}
}

// fullDisk fills a small file system of its own.
func fullDisk(t *testing.T, dir string) diskFault {
	t.Helper()
	must(t, syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=4m"))
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) }) // or it was never mounted
	filler := filepath.Join(dir, "filler")
	fill := func(*operator) error {
		err := os.WriteFile(filler, make([]byte, 4<<20), 0o600)
		if errors.Is(err, syscall.ENOSPC) {
			return nil
		}
		return errors.Join(err, errors.New("the disk is not full"))
	}
	return diskFault{size: "1Mi", refuse: fill, heal: func(*operator) error { return os.Remove(filler) }, restarts: true}
}

// readOnly lays a read-only view of a folder over it, for the system does not make a file system read-only while a
// file is open for writing. So open files can be written, and nothing else.
func readOnly(t *testing.T, dir string) diskFault {
	t.Helper()
	t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) }) // if the test ends in the middle
	lay := func(*operator) error {
		if err := syscall.Mount(dir, dir, "", syscall.MS_BIND, ""); err != nil {
			return err
		}
		return syscall.Mount("", dir, "", syscall.MS_BIND|syscall.MS_REMOUNT|syscall.MS_RDONLY, "")
	}
	return diskFault{size: "1Mi", refuse: lay, heal: func(*operator) error { return syscall.Unmount(dir, 0) }}
}
