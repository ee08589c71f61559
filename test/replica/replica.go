// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package replica runs the operator as a process on loopback, for the tests, hack/local and hack/bench.
package replica

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"k8s.io/client-go/rest"

	"github.com/imgroup-operator/imgroup-operator/test/child"
	"github.com/imgroup-operator/imgroup-operator/test/localenv"
)

const (
	// StopGrace is the Pod's terminationGracePeriodSeconds of config/manager.
	StopGrace = 60 * time.Second

	readyTimeout = 90 * time.Second // generous for slow machines
	pollInterval = 20 * time.Millisecond
)

// probes has a connection for each probe, as the kubelet does: none is left to be counted.
var probes = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}

// Replica is an operator process, with a kubeconfig, a journal and a log that outlive it.
type Replica struct {
	child.Options
	*child.Process // nil before the first start

	Callbacks, Health, Metrics string // HOST:PORT
	Dir                        string // of these files
}

// New prepares an operator, built before, that acts as a user and has its files in a folder. More arguments come after
// the usual ones, so they win.
func New(program, dir string, user *rest.Config, args ...string) (*Replica, error) {
	r := &Replica{Dir: dir}
	for _, address := range []*string{&r.Callbacks, &r.Health, &r.Metrics} {
		var err error
		if *address, err = localenv.FreeAddress(); err != nil {
			return nil, err
		}
	}
	r.Options = child.Options{Path: program, Log: filepath.Join(dir, "log"), Args: append([]string{
		"--kubeconfig=" + r.Kubeconfig(), "--journal-dir=" + r.Journal(), "--callback-bind-address=" + r.Callbacks,
		"--health-probe-bind-address=" + r.Health, "--metrics-bind-address=" + r.Metrics}, args...)}
	return r, localenv.WriteKubeconfig(r.Kubeconfig(), user)
}

// Start starts the operator, also again.
func (r *Replica) Start() error {
	p, err := child.Start(r.Options)
	if err == nil {
		r.Process = p
	}
	return err
}

// AwaitReady waits until the operator takes callbacks.
func (r *Replica) AwaitReady(ctx context.Context) error {
	return r.Await(ctx, "the operator to be ready", readyTimeout, r.Ready)
}

// Await waits until a check returns no error, or the operator ends.
func (r *Replica) Await(ctx context.Context, what string, limit time.Duration, check func(context.Context) error) error {
	return child.Await(ctx, r.Process, what, limit, pollInterval, check)
}

// Ready says what the readiness probe finds wrong.
func (r *Replica) Ready(ctx context.Context) error { return r.healthy(ctx, "/readyz") }

// Live says what the liveness probe finds wrong.
func (r *Replica) Live(ctx context.Context) error { return r.healthy(ctx, "/healthz") }

func (r *Replica) healthy(ctx context.Context, path string) error {
	return child.AnswersOK(probes, "http://"+r.Health+path)(ctx)
}

// URL is where the callbacks of an IMApp go.
func (r *Replica) URL(namespace, app string) string {
	return fmt.Sprintf("http://%s/callbacks/%s/%s", r.Callbacks, namespace, app)
}

// Kubeconfig is the file given with --kubeconfig.
func (r *Replica) Kubeconfig() string { return filepath.Join(r.Dir, "kubeconfig") }

// Journal is the folder given with --journal-dir.
func (r *Replica) Journal() string { return filepath.Join(r.Dir, "journal") }

// Said is the operator's log.
func (r *Replica) Said() string {
	text, err := os.ReadFile(r.Log)
	if err != nil {
		return ""
	}
	return string(text)
}
