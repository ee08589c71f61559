// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package child

import "golang.org/x/sys/unix"

// LimitFileSize bounds the files that the process writes, from now on: a write beyond it fails. It takes no rights, and
// a later call may raise the bound again, up to what the process had at first.
func (p *Process) LimitFileSize(bytes uint64) error { return p.limit(unix.RLIMIT_FSIZE, bytes) }

// LimitOpenFiles lets the process open a file only if a descriptor below n is free, as LimitFileSize does. What is open
// stays open.
func (p *Process) LimitOpenFiles(n uint64) error { return p.limit(unix.RLIMIT_NOFILE, n) }

func (p *Process) limit(resource int, n uint64) error {
	var limit unix.Rlimit
	if err := unix.Prlimit(p.PID(), resource, nil, &limit); err != nil {
		return err
	}
	limit.Cur = min(n, limit.Max)
	return unix.Prlimit(p.PID(), resource, &limit, nil)
}
