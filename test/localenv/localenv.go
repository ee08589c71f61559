// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package localenv runs a real kube-apiserver and etcd on loopback, for `make run`, the end-to-end tests and the
// benchmarks. Unlike envtest it leaves etcd's fsync on, can keep its data between runs, and lets a test stop, pause
// and restart the API server on the same port while etcd lives.
package localenv

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"go.etcd.io/etcd/client/pkg/v3/fileutil"
	"k8s.io/client-go/rest"

	"github.com/imgroup-operator/imgroup-operator/test/child"
)

// stopTimeout is how long a process may take to end by itself.
const stopTimeout = 30 * time.Second

// Options say what to start.
type Options struct {
	Assets string   // the folder that has kube-apiserver and etcd; default $KUBEBUILDER_ASSETS
	Dir    string   // where data, keys and logs live; default a temporary folder that Stop removes
	CRDs   []string // files or folders of CustomResourceDefinitions to install

	APIServerArgs []string // added to kube-apiserver's arguments
}

// Env is a running control plane.
type Env struct {
	Config  *rest.Config // an admin, without client-side rate limits
	Dir     string       // the folder of Options, or the temporary one
	EtcdURL string       // etcd's client address; its /metrics too

	assets    string
	args      []string
	temporary bool
	lock      *fileutil.LockedFile
	keys      *authority
	etcd      *child.Process
	port      int
	apiServer *child.Process
}

// Start starts the control plane and returns when it serves and the CRDs are established. If anything fails,
// nothing is left running.
func Start(ctx context.Context, o Options) (*Env, error) {
	e := &Env{args: o.APIServerArgs}
	for _, step := range []func() error{
		func() error { return e.findAssets(o.Assets) },
		func() error { return e.openDir(o.Dir) },
		e.prepareKeys,
		e.prepareAdmin,
		func() error { return e.startEtcd(ctx) },
		func() error { return e.StartAPIServer(ctx) },
		func() error { return e.awaitAPIServer(ctx, "/api/v1/namespaces/default") },
		func() error { return e.installCRDs(o.CRDs) },
	} {
		if err := step(); err != nil {
			return nil, errors.Join(err, e.Stop())
		}
	}
	return e, nil
}

// Stop stops both processes, the API server first, and removes the folder if it is temporary. It may be called
// again.
func (e *Env) Stop() error {
	errs := []error{e.StopAPIServer()}
	if e.etcd != nil {
		errs = append(errs, e.etcd.Stop(stopTimeout))
	}
	if e.lock != nil {
		errs = append(errs, e.lock.Close())
		e.lock = nil
	}
	if e.temporary {
		errs = append(errs, os.RemoveAll(e.Dir))
	}
	return errors.Join(errs...)
}

func (e *Env) findAssets(dir string) error {
	if dir == "" {
		dir = os.Getenv("KUBEBUILDER_ASSETS")
	}
	if dir == "" {
		return errors.New("KUBEBUILDER_ASSETS is not set: run this through make, or name the folder that has kube-apiserver and etcd")
	}
	for _, name := range []string{"kube-apiserver", "etcd"} {
		if _, err := os.Stat(filepath.Join(dir, name)); err != nil {
			return fmt.Errorf("no control plane (KUBEBUILDER_ASSETS): %w", err)
		}
	}
	e.assets = dir
	return nil
}

// openDir makes the folder and takes it for this process alone.
func (e *Env) openDir(dir string) (err error) {
	if e.Dir = dir; dir == "" {
		e.temporary = true
		if e.Dir, err = os.MkdirTemp("", "imgroup-localenv-"); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(e.Dir, 0o700); err != nil {
		return err
	}
	e.lock, err = fileutil.TryLockFile(e.path("lock"), os.O_CREATE|os.O_WRONLY, 0o600)
	if errors.Is(err, fileutil.ErrLocked) {
		return fmt.Errorf("%s is in use by another control plane: stop that first", e.Dir)
	}
	return err
}

func (e *Env) path(elements ...string) string {
	return filepath.Join(append([]string{e.Dir}, elements...)...)
}
