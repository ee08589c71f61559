// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package child

import (
	"errors"
	"fmt"

	"golang.org/x/sys/unix"
)

// awaitStop waits until every thread of a child that was sent SIGSTOP has stopped, or the child has ended: kill(2) returns
// before, and on a busy machine a thread that runs may still answer a request.
func awaitStop(pid int) error {
	for {
		err := unix.Waitid(unix.P_PID, pid, nil, unix.WSTOPPED|unix.WEXITED|unix.WNOWAIT, nil)
		switch {
		case err == nil, errors.Is(err, unix.ECHILD): // stopped, ended, or ended and awaited
			return nil
		case !errors.Is(err, unix.EINTR):
			return fmt.Errorf("waiting until process %d has stopped: %w", pid, err)
		}
	}
}
