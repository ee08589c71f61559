// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/imgroup-operator/imgroup-operator/test/child"
)

// clockTick is the unit of times in /proc/PID/stat: USER_HZ is 100 on every architecture that Go has.
const clockTick = 10 * time.Millisecond

// cpuTime is the processor time that a process has used, of all its threads.
func cpuTime(p *child.Process) (time.Duration, error) {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.PID()))
	if err != nil {
		return 0, err
	}
	// The name, in brackets, may have spaces in it. The 12th and the 13th field after it are utime and stime.
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	if len(fields) < 13 {
		return 0, fmt.Errorf("/proc/PID/stat is not as expected: %s", text)
	}
	user, err := strconv.Atoi(fields[11])
	if err != nil {
		return 0, err
	}
	system, err := strconv.Atoi(fields[12])
	return time.Duration(user+system) * clockTick, err
}

// memory is the resident memory of a process now, and the most that it ever was, in MiB.
func residentSet(p *child.Process) (now, most float64, err error) {
	file := fmt.Sprintf("/proc/%d/status", p.PID())
	if now, err = mebibytes(file, "VmRSS"); err != nil {
		return 0, 0, err
	}
	most, err = mebibytes(file, "VmHWM")
	return now, most, err
}

func mebibytes(file, name string) (float64, error) {
	text, found := strings.CutSuffix(field(file, name), " kB")
	if !found {
		return 0, fmt.Errorf("%s has no %s", file, name)
	}
	n, err := strconv.Atoi(strings.TrimSpace(text))
	return float64(n) / 1024, err
}

// spent is the processor time of a process while something runs.
func spent(p *child.Process, run func() error) (time.Duration, error) {
	before, err := cpuTime(p)
	if err != nil {
		return 0, err
	}
	if err := run(); err != nil {
		return 0, err
	}
	after, err := cpuTime(p)
	return after - before, err
}
