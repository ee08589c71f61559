// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// full fills a volume of 64 MB, a third of which is another file that goes away after a while.
func full(c candidate, dir string) (string, error) {
	if err := run("mount", "-t", "tmpfs", "-o", "size=64m", "journals", dir); err != nil {
		return "", err
	}
	defer func() { _ = run("umount", "-l", dir) }()
	ballast := filepath.Join(dir, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 24<<20), 0o600); err != nil {
		return "", err
	}
	own := filepath.Join(dir, "journal")
	if err := os.Mkdir(own, 0o750); err != nil {
		return "", err
	}
	const segment = 4 << 20
	p, err := start(nil, "flood", c.name, own, segment, 1, many)
	if err != nil {
		return "", err
	}
	if !p.troubled(30 * time.Second) {
		p.kill()
		return "it does not fill the disk", nil
	}
	time.Sleep(time.Second) // for so long the disk stays full
	freed := time.Now()
	if err := os.Remove(ballast); err != nil {
		return "", err
	}
	p.resumes(freed, 2*time.Second)
	return p.outcome(c, own, segment, freed, func() error { return run("mount", "-o", "remount,size=400m", dir) })
}

// starved takes away the right to open files for a while.
func starved(c candidate, dir string) (string, error) {
	over := time.Now().Add(2800 * time.Millisecond)
	p, err := start(nil, "starve", c.name, dir, small, 1, many)
	if err != nil {
		return "", err
	}
	p.resumes(over, 4500*time.Millisecond)
	return p.outcome(c, dir, small, over, func() error { return nil })
}

// unsynced makes one sync fail, of whichever kind the candidate uses.
func unsynced(c candidate, dir string) (string, error) {
	trace := dir + ".strace"
	p, err := start([]string{"strace", "-f", "-qqq", "-o", trace, "-y", "--seccomp-bpf", "-e", "trace=fsync,fdatasync,msync",
		"-e", "inject=fsync,fdatasync,msync:error=EIO:when=60"}, "append", c.name, dir, small, 1, many)
	if err != nil {
		return "", err
	}
	if !p.troubled(20 * time.Second) {
		p.kill()
		return "no append fails", nil
	}
	failed := time.Now().Add(300 * time.Millisecond)
	p.resumes(failed, 1500*time.Millisecond)
	said, err := p.outcome(c, dir, small, failed, func() error { return nil })
	out, _ := exec.Command("grep", "-m1", "-A3", "INJECTED", trace).Output()
	fmt.Fprintf(os.Stderr, "%s:\n%s", c.name, out)
	return said, err
}

// troubled waits until an append has failed or the process has ended.
func (p *process) troubled(limit time.Duration) bool {
	return p.await(limit, func() bool { return len(p.errs) > 0 || len(p.exited) > 0 })
}

// resumes waits until an append is acknowledged after the trouble is over, or it is clear that none will be.
func (p *process) resumes(over time.Time, limit time.Duration) {
	_ = p.await(limit, func() bool { return p.ackedAfter(over) > 0 || len(p.exited) > 0 })
}

// outcome kills the process and says what came of the trouble, which was over at that time.
func (p *process) outcome(c candidate, dir string, segment int64, over time.Time, heal func() error) (string, error) {
	ended := p.kill()
	if err := heal(); err != nil {
		return "", err
	}
	f, err := inspect(c, dir, segment)
	said := fmt.Sprintf("errors%s; %d acknowledged afterwards; of %d lost after a restart: %d", list(p.errs), p.ackedAfter(over), len(p.acked), f.missing(p.acked))
	if f.reported > 0 {
		said += fmt.Sprintf("; %d reports of damage", f.reported)
	}
	if ended != "" {
		said += "; the process had ended: " + ended
	}
	if f.failure != "" {
		said += "; does not open: " + f.failure
	}
	return said, err
}

func run(name string, args ...string) error {
	out, err := exec.Command(name, args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("%s: %w: %s", name, err, out)
	}
	return nil
}
