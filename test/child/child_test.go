// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package child_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/imgroup-operator/imgroup-operator/test/child"
)

const grace = 30 * time.Second

func start(t *testing.T, script string) (*child.Process, string) {
	t.Helper()
	log := filepath.Join(t.TempDir(), "log")
	p, err := child.Start(child.Options{Path: "/bin/sh", Args: []string{"-c", script}, Env: []string{"CHILD_TEST=yes"}, Log: log})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Kill() })
	return p, log
}

func TestOutputAndEnvironment(t *testing.T) {
	p, log := start(t, "echo out $CHILD_TEST; echo err >&2; exit 3")
	<-p.Done()
	if text, err := os.ReadFile(log); err != nil || string(text) != "out yes\nerr\n" {
		t.Errorf("the log is %q, %v", text, err)
	}
	if err := p.Err(); err == nil || !strings.Contains(err.Error(), "exit status 3\nout yes\nerr") {
		t.Errorf("Err() = %v, want the exit status and the log's end", err)
	}
	if code := p.ExitCode(); code != 3 {
		t.Errorf("ExitCode() = %d, want 3", code)
	}
	if err := p.Stop(grace); err != nil {
		t.Errorf("stopping an ended process: %v", err)
	}
}

func TestStopIsGraceful(t *testing.T) {
	p, log := start(t, `trap "echo bye; exit 0" TERM; echo ready; while :; do sleep 0.01; done`)
	await(t, log, "ready")
	if err := p.Err(); err != nil || p.ExitCode() != -1 {
		t.Errorf("a running process: Err() = %v, ExitCode() = %d", err, p.ExitCode())
	}
	if err := p.Stop(grace); err != nil {
		t.Error(err)
	}
	await(t, log, "bye")
}

func TestStopEndsAPausedProcess(t *testing.T) {
	p, log := start(t, "echo ready; exec sleep 600")
	await(t, log, "ready")
	if err := p.Pause(); err != nil {
		t.Fatal(err)
	}
	if err := p.Stop(grace); err != nil {
		t.Error(err)
	}
}

func TestStopKillsAfterTheGrace(t *testing.T) {
	p, log := start(t, `trap "" TERM; echo ready; while :; do sleep 0.01; done`)
	await(t, log, "ready")
	if err := p.Stop(time.Millisecond); err == nil || !strings.Contains(err.Error(), "was killed") {
		t.Errorf("Stop() = %v, want an error that says it was killed", err)
	}
	<-p.Done()
}

func TestStartSaysWhatIsMissing(t *testing.T) {
	_, err := child.Start(child.Options{Path: "/nowhere/manager", Log: filepath.Join(t.TempDir(), "log")})
	if err == nil || !strings.Contains(err.Error(), "starting manager: ") {
		t.Errorf("Start() = %v", err)
	}
}

// await waits until the log has the text.
func await(t *testing.T, log, text string) {
	t.Helper()
	err := child.Await(t.Context(), nil, text, grace, time.Millisecond, func(context.Context) error {
		if b, err := os.ReadFile(log); err != nil || !strings.Contains(string(b), text) {
			return errors.Join(errNotYet, err)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}
