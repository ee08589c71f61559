// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
	"github.com/imgroup-operator/imgroup-operator/test/harness"
)

const (
	token    = "s3cr3t-token"
	sdkAppID = 1400000000
)

// operator is an operator process of a test.
type operator struct {
	*harness.Operator
	t *testing.T
}

// startOperator starts an operator for a namespace and waits until it is ready.
func startOperator(t *testing.T, namespace string, args ...string) *operator {
	t.Helper()
	o := newOperator(t, namespace, args...)
	o.start()
	o.awaitReady()
	return o
}

// newOperator prepares an operator for a namespace; args come after the usual ones, so they win.
func newOperator(t *testing.T, namespace string, args ...string) *operator {
	t.Helper()
	user, err := harness.OperatorUser(world.env)
	must(t, err)
	o := &operator{t: t}
	args = append([]string{"--watch-namespaces=" + namespace, "--leader-elect=false"}, args...)
	o.Operator, err = harness.NewOperator(world.binary, t.TempDir(), user, args...)
	must(t, err)
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
	must(o.t, o.Start())
}

func (o *operator) awaitReady() {
	o.t.Helper()
	must(o.t, o.AwaitReady(o.t.Context()))
}

func (o *operator) ready() error { return o.Ready(o.t.Context()) }

// kill ends the operator as kill -9 does.
func (o *operator) kill() {
	o.t.Helper()
	must(o.t, o.Kill())
}

// stop asks the operator to end, as the kubelet does, and checks that it does so in time and without an error.
func (o *operator) stop() {
	o.t.Helper()
	must(o.t, o.Signal(syscall.SIGTERM))
	o.awaitEnd()
}

// awaitEnd waits for an operator that was asked to end.
func (o *operator) awaitEnd() {
	o.t.Helper()
	select {
	case <-o.Done():
	case <-time.After(harness.StopGrace):
		o.t.Fatalf("the operator did not end within %s", harness.StopGrace)
	}
	if code := o.ExitCode(); code != 0 {
		o.t.Errorf("the operator ended with %d: %v", code, o.Err())
	}
}

func (o *operator) tearDown() {
	o.TearDown(o.t, token)
	checkRights(o.t, o.Said())
}

// setAside reads the files of the events that the API server can never accept.
func (o *operator) setAside() []string {
	o.t.Helper()
	files, err := filepath.Glob(filepath.Join(o.Journal(), "rejected-*.json"))
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
	return &fakeim.Sender{URL: o.URL(namespace, app), SDKAppID: sdkAppID, Token: token}
}

// send sends a callback that must be acknowledged.
func send(t *testing.T, s *fakeim.Sender, body any, options ...fakeim.Option) {
	t.Helper()
	if err := trySend(t.Context(), s, body, options...); err != nil {
		t.Fatal(err)
	}
}

// errNotAnswered says that a connection broke, or 2 s passed, before there was an answer.
var errNotAnswered = errors.New("not answered")

// trySend sends a callback and says why it was not acknowledged within the 2 s that Tencent waits.
func trySend(ctx context.Context, s *fakeim.Sender, body any, options ...fakeim.Option) error {
	reply, err := s.Send(ctx, body, options...)
	if err != nil {
		return fmt.Errorf("%w: %w", errNotAnswered, err)
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
