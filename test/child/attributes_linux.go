// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package child

import "syscall"

func processAttributes() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
