// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package child_test

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

func TestAPausedProcessHasStopped(t *testing.T) {
	p, log := start(t, `trap "" TERM; echo ready; while :; do :; done`)
	await(t, log, "ready")
	for range 100 {
		if err := p.Pause(); err != nil {
			t.Fatal(err)
		}
		if state := stateOf(t, p.PID()); state != "T" {
			t.Fatalf("a paused process has state %s, want T", state)
		}
		if err := p.Resume(); err != nil {
			t.Fatal(err)
		}
	}
	if err := p.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := p.Pause(); err != nil {
		t.Errorf("pausing an ended process: %v", err)
	}
}

// stateOf is the letter of a process's state in proc(5).
func stateOf(t *testing.T, pid int) string {
	t.Helper()
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		t.Fatal(err)
	}
	_, after, _ := strings.Cut(string(stat), ") ")
	return after[:1]
}
