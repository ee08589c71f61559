// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package localenv

import (
	"context"
	"fmt"
	"net/http"
	"path/filepath"

	"github.com/imgroup-operator/imgroup-operator/test/child"
)

// startEtcd starts etcd as it is meant to run: --unsafe-no-fsync, which envtest adds, is not given.
func (e *Env) startEtcd(ctx context.Context) error {
	port, err := FreePort()
	if err != nil {
		return err
	}
	e.EtcdURL = fmt.Sprintf("http://127.0.0.1:%d", port)
	e.etcd, err = child.Start(child.Options{
		Path: filepath.Join(e.assets, "etcd"),
		Args: []string{
			"--data-dir=" + e.path("etcd"),
			"--listen-client-urls=" + e.EtcdURL,
			"--advertise-client-urls=" + e.EtcdURL,
			"--listen-peer-urls=http://127.0.0.1:0",
			"--log-level=warn",
		},
		Log: e.path("etcd.log"),
	})
	if err != nil {
		return err
	}
	return awaitOK(ctx, e.etcd, http.DefaultClient, e.EtcdURL+"/health")
}
