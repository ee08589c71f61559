// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"
)

// process is a child that runs, with what it has said.
type process struct {
	cmd    *exec.Cmd
	exited chan error
	stderr bytes.Buffer
	news   chan struct{} // a token is in here when it has said something or ended

	mu    sync.Mutex
	acked map[int64]time.Time
	errs  map[string]int
	fails []time.Time
	done  bool
}

// start starts a child, by a wrapper such as strace if there is one.
func start(wrapper []string, args ...any) (*process, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	line := append(wrapper, self, "child") //nolint:gocritic // each caller makes its own
	for _, a := range args {
		line = append(line, fmt.Sprint(a))
	}
	p := &process{cmd: exec.Command(line[0], line[1:]...), exited: make(chan error, 1), news: make(chan struct{}, 1), acked: map[int64]time.Time{}, errs: map[string]int{}}
	p.cmd.Stderr = &p.stderr
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // so that a kill hits the wrapper's child, too
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := p.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		p.listen(out)
		p.exited <- p.cmd.Wait()
		p.tell()
	}()
	return p, nil
}

func (p *process) listen(out io.Reader) {
	for lines := bufio.NewScanner(out); lines.Scan(); {
		p.mu.Lock()
		var id int64
		switch word, rest, _ := strings.Cut(lines.Text(), " "); word {
		case "ack":
			if n, _ := fmt.Sscan(rest, &id); n == 1 { // a kill may cut the line
				p.acked[id] = time.Now()
			}
		case "error":
			p.errs[rest]++
			p.fails = append(p.fails, time.Now())
		case "done":
			p.done = true
		}
		p.mu.Unlock()
		p.tell()
	}
}

func (p *process) tell() {
	select {
	case p.news <- struct{}{}:
	default:
	}
}

// await waits until what the process has said makes ok true, and reports whether it did within the limit. ok holds mu.
func (p *process) await(limit time.Duration, ok func() bool) bool {
	timeout := time.After(limit)
	for {
		p.mu.Lock()
		done := ok()
		p.mu.Unlock()
		if done {
			return true
		}
		select {
		case <-p.news:
		case <-timeout:
			return false
		}
	}
}

// kill ends the process by SIGKILL, and says how it had ended if it was no longer there.
func (p *process) kill() (before string) {
	select {
	case err := <-p.exited:
		return fmt.Sprintf("%v: %s", err, firstLine(p.stderr.String()))
	default:
	}
	_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
	if err := <-p.exited; err == nil {
		return "it had ended by itself"
	}
	return ""
}

// wait waits until the child has appended all.
func (p *process) wait(limit time.Duration) bool {
	return p.await(limit, func() bool { return p.done })
}

// ackedAfter reports how many events were acknowledged after t. The caller holds mu, or has ended the process.
func (p *process) ackedAfter(t time.Time) (n int) {
	for _, at := range p.acked {
		if at.After(t) {
			n++
		}
	}
	return n
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(strings.TrimSpace(s), "\n")
	return line[:min(len(line), 200)]
}

// finding is what a check has found.
type finding struct {
	have, wrong map[int64]bool
	reported    int
	failure     string // why the journal cannot be opened or used, or how the process has ended
	panicked    bool
}

func inspect(c candidate, dir string, segment int64) (finding, error) {
	self, err := os.Executable()
	if err != nil {
		return finding{}, err
	}
	cmd := exec.Command("timeout", "60", self, "child", "check", c.name, dir, fmt.Sprint(segment))
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	f := finding{have: map[int64]bool{}, wrong: map[int64]bool{}}
	if err != nil {
		s := stderr.String()
		f.failure = firstLine(s)
		f.panicked = strings.Contains(s, "goroutine ") || strings.Contains(s, "SIG")
		if f.failure == "" {
			f.failure = err.Error()
		}
	}
	for line := range strings.Lines(string(out)) {
		var word string
		var n int64
		if _, err := fmt.Sscan(line, &word, &n); err != nil {
			continue
		}
		switch word {
		case "reported":
			f.reported = int(n)
		case "have":
			f.have[n] = true
		case "wrong":
			f.wrong[n] = true
		}
	}
	return f, nil
}

// missing counts the acknowledged events that are not there as they were.
func (f finding) missing(acked map[int64]time.Time) (n int) {
	for id := range acked {
		if !f.have[id] {
			n++
		}
	}
	return n
}
