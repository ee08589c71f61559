// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"syscall"
)

// machine is what figures depend on.
type machine struct {
	CPUs        int    `json:"cpus"`
	Processor   string `json:"processor,omitempty"`
	Memory      string `json:"memory,omitempty"`
	Kernel      string `json:"kernel,omitempty"`
	Filesystem  string `json:"filesystem,omitempty"`
	Go          string `json:"go"`
	LoadAtStart string `json:"loadAtStart,omitempty"` // 1, 5 and 15 minutes
	LoadAtEnd   string `json:"loadAtEnd,omitempty"`
}

func thisMachine(dir string) machine {
	return machine{CPUs: runtime.NumCPU(), Go: runtime.Version(), LoadAtStart: loadAverage(), Filesystem: filesystem(dir),
		Kernel:    firstLine("/proc/sys/kernel/osrelease"),
		Processor: field("/proc/cpuinfo", "model name"), Memory: field("/proc/meminfo", "MemTotal")}
}

func loadAverage() string {
	words := strings.Fields(firstLine("/proc/loadavg"))
	return strings.Join(words[:min(3, len(words))], " ")
}

// busy tells whether others had work for the machine when the run began.
func (m machine) busy() bool {
	minute, _, _ := strings.Cut(m.LoadAtStart, " ")
	load, err := strconv.ParseFloat(minute, 64)
	return err == nil && load > 1
}

// Of statfs(2). On tmpfs a sync costs nothing, so nothing that is measured there means anything.
var filesystems = map[int64]string{0xef53: "ext4", 0x58465342: "xfs", 0x9123683e: "btrfs", 0x794c7630: "overlay",
	0x01021994: "tmpfs (no figure with a sync in it is valid here: use -dir)"}

func filesystem(dir string) string {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return err.Error()
	}
	if name, ok := filesystems[int64(s.Type)]; ok { //nolint:unconvert // the type differs between systems
		return name
	}
	return fmt.Sprintf("type %#x", s.Type)
}

func firstLine(file string) string {
	b, err := os.ReadFile(file)
	if err != nil {
		return ""
	}
	line, _, _ := strings.Cut(string(b), "\n")
	return line
}

// field is the value of a line "name : value".
func field(file, name string) string {
	b, err := os.ReadFile(file)
	if err != nil {
		return ""
	}
	for lines := bufio.NewScanner(bytes.NewReader(b)); lines.Scan(); {
		if key, value, ok := strings.Cut(lines.Text(), ":"); ok && strings.TrimSpace(key) == name {
			return strings.TrimSpace(value)
		}
	}
	return ""
}
