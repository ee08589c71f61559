// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package harness

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"k8s.io/client-go/rest"

	"github.com/imgroup-operator/imgroup-operator/test/child"
	"github.com/imgroup-operator/imgroup-operator/test/localenv"
)

// StopGrace is the Pod's terminationGracePeriodSeconds of config/manager.
const StopGrace = 60 * time.Second

// Operator is an operator process on loopback, with a kubeconfig, a journal and a log that outlive it.
type Operator struct {
	child.Options

	Process                    *child.Process // nil before the first start
	Callbacks, Health, Metrics string         // HOST:PORT
	Dir                        string         // of these files
}

// NewOperator prepares an operator, built before, that acts as a user and has its files in a folder. More arguments come
// after the usual ones, so they win.
func NewOperator(program, dir string, user *rest.Config, args ...string) (*Operator, error) {
	o := &Operator{Dir: dir}
	for _, address := range []*string{&o.Callbacks, &o.Health, &o.Metrics} {
		var err error
		if *address, err = FreeAddress(); err != nil {
			return nil, err
		}
	}
	o.Options = child.Options{Path: program, Log: filepath.Join(dir, "log"), Args: append([]string{
		"--kubeconfig=" + o.Kubeconfig(), "--journal-dir=" + o.Journal(), "--callback-bind-address=" + o.Callbacks,
		"--health-probe-bind-address=" + o.Health, "--metrics-bind-address=" + o.Metrics}, args...)}
	return o, localenv.WriteKubeconfig(o.Kubeconfig(), user)
}

// FreeAddress is HOST:PORT on loopback where nothing listens.
func FreeAddress() (string, error) {
	port, err := localenv.FreePort()
	return fmt.Sprintf("127.0.0.1:%d", port), err
}

// Start starts the operator, also again.
func (o *Operator) Start() (err error) {
	o.Process, err = child.Start(o.Options)
	return err
}

// AwaitReady waits until the operator takes callbacks, or has ended.
func (o *Operator) AwaitReady(ctx context.Context) error {
	ready := func() error {
		select {
		case <-o.Process.Done():
			return nil // it will never be
		default:
			return o.Ready(ctx)
		}
	}
	return errors.Join(Await(ctx, "the operator is ready", ready), o.Process.Err())
}

// Ready says what the readiness probe finds wrong.
func (o *Operator) Ready(ctx context.Context) error { return IsOK(ctx, "http://"+o.Health+"/readyz") }

// URL is where the callbacks of an IMApp go.
func (o *Operator) URL(namespace, app string) string {
	return fmt.Sprintf("http://%s/callbacks/%s/%s", o.Callbacks, namespace, app)
}

// Kubeconfig is the file given with --kubeconfig.
func (o *Operator) Kubeconfig() string { return filepath.Join(o.Dir, "kubeconfig") }

// Journal is the folder given with --journal-dir.
func (o *Operator) Journal() string { return filepath.Join(o.Dir, "journal") }

// Said is the operator's log.
func (o *Operator) Said() string {
	text, err := os.ReadFile(o.Log)
	if err != nil {
		return ""
	}
	return string(text)
}

// TearDown ends the operator and looks in its log for what no operator may write, and for more of that.
func (o *Operator) TearDown(t *testing.T, forbidden ...string) {
	t.Helper()
	if o.Process != nil {
		if err := o.Process.Stop(StopGrace); err != nil {
			t.Error(err)
		}
	}
	log := o.Said()
	for _, fault := range append([]string{"DATA RACE", "panic: ", "Observed a panic", "fatal error: ", "Sign="}, forbidden...) {
		if strings.Contains(log, fault) {
			t.Errorf("the operator's log has %q", fault)
		}
	}
	if t.Failed() {
		t.Logf("the operator's log:\n%s", log[max(0, len(log)-16_000):])
	}
}
