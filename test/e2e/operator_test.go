// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/imgroup-operator/imgroup-operator/test/child"
	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

const (
	token    = "s3cr3t-token"
	sdkAppID = 1400000000
	// stopGrace is the Pod's terminationGracePeriodSeconds of config/manager.
	stopGrace = 60 * time.Second
)

// operator is an operator process, with a journal of its own that outlives it.
type operator struct {
	t       *testing.T
	process *child.Process
	dir     string // journal and log
	args    []string
	ports   struct{ callback, health, metrics int }
}

// startOperator starts an operator for a namespace and waits until it is ready.
func startOperator(t *testing.T, namespace string, args ...string) *operator {
	t.Helper()
	o := newOperator(t, namespace, args...)
	o.start()
	o.awaitReady()
	return o
}

// newOperator prepares an operator; args come after the usual ones, so they win.
func newOperator(t *testing.T, namespace string, args ...string) *operator {
	t.Helper()
	o := &operator{t: t, dir: t.TempDir()}
	o.ports.callback, o.ports.health, o.ports.metrics = freePort(t), freePort(t), freePort(t)
	kubeconfig := filepath.Join(o.dir, "kubeconfig")
	writeKubeconfig(t, kubeconfig)
	o.args = append([]string{
		"--kubeconfig=" + kubeconfig,
		"--journal-dir=" + o.journalDir(),
		"--callback-bind-address=" + local(o.ports.callback),
		"--health-probe-bind-address=" + local(o.ports.health),
		"--metrics-bind-address=" + local(o.ports.metrics),
		"--watch-namespaces=" + namespace,
		"--leader-elect=false",
	}, args...)
	t.Cleanup(o.tearDown)
	return o
}

// startReplicas starts operators for the same namespace that elect a leader.
func startReplicas(t *testing.T, namespace string, n int) []*operator {
	t.Helper()
	allowElection(t, namespace)
	var all []*operator
	for range n {
		o := newOperator(t, namespace, elected(namespace)...)
		o.start()
		all = append(all, o)
	}
	for _, o := range all {
		o.awaitReady()
	}
	return all
}

// elected are the flags with which an operator stands for election in a namespace.
func elected(namespace string) []string {
	return []string{"--leader-elect=true", "--leader-election-namespace=" + namespace}
}

func (o *operator) start() {
	o.t.Helper()
	var err error
	o.process, err = child.Start(child.Options{Path: world.binary, Args: o.args, Log: o.logFile()})
	if err != nil {
		o.t.Fatal(err)
	}
}

func (o *operator) awaitReady() {
	o.t.Helper()
	eventually(o.t, "the operator is ready", func() error {
		if err := o.process.Err(); err != nil {
			o.t.Fatal(err)
		}
		return o.ready()
	})
}

func (o *operator) ready() error { return isOK("http://" + local(o.ports.health) + "/readyz") }

// kill ends the operator as kill -9 does.
func (o *operator) kill() {
	o.t.Helper()
	must(o.t, o.process.Kill())
}

// stop asks the operator to end, as the kubelet does, and checks that it does so in time and without an error.
func (o *operator) stop() {
	o.t.Helper()
	must(o.t, o.process.Signal(syscall.SIGTERM))
	o.awaitEnd()
}

// awaitEnd waits for an operator that was asked to end.
func (o *operator) awaitEnd() {
	o.t.Helper()
	select {
	case <-o.process.Done():
	case <-time.After(stopGrace):
		o.t.Fatalf("the operator did not end within %s", stopGrace)
	}
	if code := o.process.ExitCode(); code != 0 {
		o.t.Errorf("the operator ended with %d: %v", code, o.process.Err())
	}
}

// tearDown ends the operator and looks in its log for what no operator may do.
func (o *operator) tearDown() {
	if o.process != nil {
		if err := o.process.Stop(stopGrace); err != nil {
			o.t.Error(err)
		}
	}
	log := o.log()
	checkRights(o.t, log)
	for _, fault := range []string{"DATA RACE", "panic: ", "Observed a panic", "fatal error: ", "Sign=", token} {
		if strings.Contains(log, fault) {
			o.t.Errorf("the operator's log has %q", fault)
		}
	}
	if o.t.Failed() {
		o.t.Logf("the operator's log:\n%s", lastLines(log, 150))
	}
}

func (o *operator) logFile() string    { return filepath.Join(o.dir, "log") }
func (o *operator) journalDir() string { return filepath.Join(o.dir, "journal") }

func (o *operator) log() string {
	text, err := os.ReadFile(o.logFile())
	if err != nil {
		return ""
	}
	return string(text)
}

func lastLines(text string, n int) string {
	lines := strings.Split(text, "\n")
	return strings.Join(lines[max(0, len(lines)-n):], "\n")
}

// setAside reads the files of the events that the API server can never accept.
func (o *operator) setAside() []string {
	o.t.Helper()
	files, err := filepath.Glob(filepath.Join(o.journalDir(), "rejected-*.json"))
	if err != nil {
		o.t.Fatal(err)
	}
	slices.Sort(files)
	var texts []string
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			o.t.Fatal(err)
		}
		texts = append(texts, string(text))
	}
	return texts
}

// sender sends callbacks of an app.
func (o *operator) sender(namespace, app string) *fakeim.Sender {
	return &fakeim.Sender{URL: fmt.Sprintf("http://%s/callbacks/%s/%s", local(o.ports.callback), namespace, app),
		SDKAppID: sdkAppID, Token: token}
}

// send sends a callback that must be acknowledged.
func send(t *testing.T, s *fakeim.Sender, body any, options ...fakeim.Option) {
	t.Helper()
	if err := trySend(t.Context(), s, body, options...); err != nil {
		t.Fatal(err)
	}
}

// trySend sends a callback and says why it was not acknowledged within the 2 s that Tencent waits.
func trySend(ctx context.Context, s *fakeim.Sender, body any, options ...fakeim.Option) error {
	reply, err := s.Send(ctx, body, options...)
	if err != nil {
		return fmt.Errorf("not answered: %w", err)
	}
	if !reply.OK() {
		return fmt.Errorf("not acknowledged: HTTP %d %s", reply.HTTPStatus, reply.Raw)
	}
	return nil
}

// refused sends a callback that must be refused with a status.
func refused(ctx context.Context, s *fakeim.Sender, status int, body any, options ...fakeim.Option) error {
	reply, err := s.Send(ctx, body, options...)
	if err != nil {
		return err
	}
	if reply.HTTPStatus != status || reply.ActionStatus != "FAIL" || reply.ErrorCode != status {
		return fmt.Errorf("answered with HTTP %d %s, want a failure %d", reply.HTTPStatus, reply.Raw, status)
	}
	return nil
}
