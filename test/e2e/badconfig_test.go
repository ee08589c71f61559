// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"bytes"
	"context"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// startTimeout is how long an operator may take to find out that it cannot work.
const startTimeout = 30 * time.Second

func TestABadConfigurationIsOneClearLine(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	dir := t.TempDir()
	file, empty := filepath.Join(dir, "file"), t.TempDir()
	for _, name := range []string{file, filepath.Join(empty, "tls.crt"), filepath.Join(empty, "tls.key")} {
		must(t, os.WriteFile(name, nil, 0o600))
	}
	taken, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = taken.Close() }()
	inUse := taken.Addr().String()
	for _, test := range []struct {
		name string
		args []string
		env  string
		want []string
	}{
		{"a file in the journal's place", []string{"--journal-dir=" + file}, "", []string{"journal", file}},
		{"a journal in a folder that cannot be made", []string{"--journal-dir=" + file + "/journal"}, "", []string{"journal", file}},
		{"a flag out of range", []string{"--sync-workers=0"}, "", []string{"--sync-workers", "1 to 256"}},
		{"two flags out of range", []string{"--sync-workers=0", "--journal-max-bytes=1Ki"}, "", []string{"--sync-workers", "--journal-max-bytes"}},
		{"a flag that is none", []string{"--sync-worker=1"}, "", []string{"-sync-worker"}},
		{"an argument", []string{"start"}, "", []string{`"start"`}},
		{"a bad value in the environment", nil, "IMGROUP_JOURNAL_MAX_GROUPS=many", []string{"IMGROUP_JOURNAL_MAX_GROUPS", "many"}},
		{"a kubeconfig that is not there", []string{"--kubeconfig=" + dir + "/none"}, "", []string{dir + "/none"}},
		{"a kubeconfig that is none", []string{"--kubeconfig=" + file}, "", []string{"finding the API server"}},
		{"TLS files that are none", []string{"--callback-tls-cert-dir=" + empty}, "", []string{"--callback-tls-cert-dir", "PEM"}},
		{"no TLS files", []string{"--callback-tls-cert-dir=" + dir}, "", []string{"--callback-tls-cert-dir", "tls.crt"}},
		{"the callback address in use", []string{"--callback-bind-address=" + inUse}, "", []string{inUse, "address already in use"}},
		{"the metrics address in use", []string{"--metrics-bind-address=" + inUse}, "", []string{inUse, "address already in use"}},
		{"the probes' address in use", []string{"--health-probe-bind-address=" + inUse}, "", []string{inUse, "address already in use"}},
		{"an external URL that is none", []string{"--callback-external-url=chat.example"}, "", []string{"--callback-external-url"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := newOperator(t, ns, test.args...)
			checkOneLine(t, o, test.env, test.want...)
		})
	}
}

func TestASecondProcessOnTheJournalIsRefused(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	newApp(t, ns, "chat")
	first := startOperator(t, ns)
	second := newOperator(t, ns, "--journal-dir="+first.Journal())
	checkOneLine(t, second, "", first.Journal(), "in use by another process")
	send(t, first.sender(ns, "chat"), harmless)
}

// checkOneLine runs an operator that must end with a failure and one line that says why.
func checkOneLine(t *testing.T, o *operator, env string, want ...string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), startTimeout)
	defer cancel()
	command := exec.CommandContext(ctx, o.Path, o.Args...)
	command.Env = append(os.Environ(), o.Env...)
	if env != "" {
		command.Env = append(command.Env, env)
	}
	var out, errs bytes.Buffer
	command.Stdout, command.Stderr = &out, &errs
	err := command.Run()
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.ExitCode() <= 0 {
		t.Errorf("ended with %v", err)
	}
	line, rest, _ := strings.Cut(errs.String(), "\n")
	if !strings.HasPrefix(line, "imgroup-operator: ") || rest != "" || out.Len() > 0 {
		t.Errorf("stderr:\n%sstdout:\n%s", errs.String(), out.String())
	}
	for _, part := range want {
		if !strings.Contains(line, part) {
			t.Errorf("the line does not say %s: %s", part, line)
		}
	}
}
