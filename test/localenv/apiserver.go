// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package localenv

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/envtest"

	"github.com/imgroup-operator/imgroup-operator/test/child"
)

// StartAPIServer starts the API server, again on the same port and data if it ran before, and returns when it is
// ready. Clients of Config go on working.
func (e *Env) StartAPIServer(ctx context.Context) error {
	if e.apiServer != nil {
		return errors.New("the API server is running")
	}
	process, err := child.Start(child.Options{
		Path: filepath.Join(e.assets, "kube-apiserver"), Args: e.apiServerArgs(), Log: e.path("kube-apiserver.log"),
	})
	if err != nil {
		return err
	}
	e.apiServer = process
	if err := e.awaitAPIServer(ctx, "/readyz"); err != nil {
		return errors.Join(err, e.KillAPIServer())
	}
	return nil
}

// StopAPIServer stops the API server and leaves etcd running: connections are refused until StartAPIServer.
func (e *Env) StopAPIServer() error {
	return e.endAPIServer(func() error { return e.apiServer.Stop(stopTimeout) })
}

// KillAPIServer is StopAPIServer without any grace.
func (e *Env) KillAPIServer() error {
	return e.endAPIServer(func() error { return e.apiServer.Kill() })
}

// PauseAPIServer freezes the API server: connections are taken and never answered until ResumeAPIServer.
func (e *Env) PauseAPIServer() error {
	if e.apiServer == nil {
		return errors.New("the API server is not running")
	}
	return e.apiServer.Pause()
}

// ResumeAPIServer ends PauseAPIServer.
func (e *Env) ResumeAPIServer() error {
	if e.apiServer == nil {
		return errors.New("the API server is not running")
	}
	return e.apiServer.Resume()
}

func (e *Env) endAPIServer(end func() error) error {
	if e.apiServer == nil {
		return nil
	}
	err := end()
	e.apiServer = nil
	return err
}

func (e *Env) apiServerArgs() []string {
	return append([]string{
		"--etcd-servers=" + e.EtcdURL,
		"--bind-address=127.0.0.1",
		fmt.Sprintf("--secure-port=%d", e.port),
		"--tls-cert-file=" + e.path("pki", "apiserver.crt"),
		"--tls-private-key-file=" + e.path("pki", "apiserver.key"),
		"--client-ca-file=" + e.path("pki", "ca.crt"),
		"--service-account-issuer=https://kubernetes.default.svc",
		"--service-account-key-file=" + e.path("pki", "ca.crt"),
		"--service-account-signing-key-file=" + e.path("pki", "ca.key"),
		"--authorization-mode=RBAC",
		"--service-cluster-ip-range=10.0.0.0/24",
		// No kubelet and no controller-manager run here: nothing makes a namespace's ServiceAccount, and nobody
		// asks for the kubernetes service's endpoints, which would need an address outside loopback.
		"--disable-admission-plugins=ServiceAccount",
		"--advertise-address=127.0.0.1",
		"--endpoint-reconciler-type=none",
	}, e.args...)
}

// awaitAPIServer waits until the admin gets the path.
func (e *Env) awaitAPIServer(ctx context.Context, path string) error {
	client, err := rest.HTTPClientFor(e.Config)
	if err != nil {
		return err
	}
	defer client.CloseIdleConnections()
	return awaitOK(ctx, e.apiServer, client, e.Config.Host+path)
}

func (e *Env) installCRDs(paths []string) error {
	if len(paths) == 0 {
		return nil
	}
	_, err := envtest.InstallCRDs(e.Config, envtest.CRDInstallOptions{Paths: paths, ErrorIfPathMissing: true})
	return err
}
