// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/creack/pty"

	"github.com/imgroup-operator/imgroup-operator/test/harness"
)

var (
	must       = harness.Must
	eventually = harness.Eventually
)

// view is where the plugin runs.
type view struct {
	name    string
	columns uint16 // 0: in a pipe
	colours bool
}

var (
	pipe   = view{name: "pipe"}
	narrow = view{name: "80", columns: 80}
	wide   = view{name: "160", columns: 160, colours: true}
	views  = []view{pipe, narrow, wide}
	least  = view{name: "40", columns: 40} // of a window beside others
)

// process is a run of the plugin.
type process struct {
	cmd *exec.Cmd
	out output // in a terminal with what goes to stderr
	err output
	end chan struct{} // closed at the end

	terminal *os.File // nil: a pipe
}

// output is what was written so far.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// start starts the plugin.
func start(t *testing.T, v view, args ...string) *process {
	t.Helper()
	p := &process{cmd: exec.Command(world.plugin, args...), end: make(chan struct{})}
	p.cmd.Env = append(os.Environ(), "KUBECONFIG="+world.kubeconfig, "TERM=xterm-256color", "TZ=UTC", "HOME="+world.dir)
	p.cmd.Dir = world.dir
	if !v.colours {
		p.cmd.Env = append(p.cmd.Env, "NO_COLOR=1")
	}
	if v.columns > 0 {
		p.inTerminal(t, v)
	} else {
		p.inPipe(t)
	}
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill()
		<-p.end
	})
	return p
}

func (p *process) inTerminal(t *testing.T, v view) {
	t.Helper()
	terminal, err := pty.StartWithSize(p.cmd, &pty.Winsize{Cols: v.columns, Rows: 50})
	must(t, err)
	p.terminal = terminal
	go func() {
		_, _ = io.Copy(&p.out, terminal) // the end of a terminal is an error
		_ = p.cmd.Wait()
		_ = terminal.Close()
		close(p.end)
	}()
}

func (p *process) inPipe(t *testing.T) {
	t.Helper()
	p.cmd.Stdout, p.cmd.Stderr = &p.out, &p.err
	must(t, p.cmd.Start())
	go func() {
		_ = p.cmd.Wait()
		close(p.end)
	}()
}

// wait waits for the end and returns the exit code.
func (p *process) wait(t *testing.T) int {
	t.Helper()
	select {
	case <-p.end:
		return p.cmd.ProcessState.ExitCode()
	case <-time.After(harness.Patience):
		t.Fatalf("%v has not ended:\n%s%s", p.cmd.Args, p.out.String(), p.err.String())
		return 0
	}
}

// typed types at the terminal.
func (p *process) typed(keys string) error {
	_, err := p.terminal.WriteString(keys)
	return err
}

// interrupt is Ctrl-C.
func (p *process) interrupt(t *testing.T) {
	t.Helper()
	must(t, p.cmd.Process.Signal(syscall.SIGINT))
}

// run runs the plugin to its end and checks the exit code.
func run(t *testing.T, v view, code int, args ...string) *process {
	t.Helper()
	p := start(t, v, args...)
	if got := p.wait(t); got != code {
		t.Errorf("%s: exit code %d, want %d\n%s%s", strings.Join(args, " "), got, code, p.out.String(), p.err.String())
	}
	return p
}

// says waits until a text was written.
func (p *process) says(t *testing.T, text string) {
	t.Helper()
	eventually(t, fmt.Sprintf("the output has %q", text), func() error {
		if all := p.out.String() + p.err.String(); !strings.Contains(all, text) {
			return errors.New(all)
		}
		return nil
	})
}
