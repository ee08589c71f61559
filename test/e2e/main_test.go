// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package e2e runs the real operator against a real API server and sends it callbacks as Tencent does.
package e2e

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/imgroup-operator/imgroup-operator/controllers"
	"github.com/imgroup-operator/imgroup-operator/test/localenv"
)

// world is what all tests of this package share: one control plane, one binary.
var world struct {
	env    *localenv.Env
	admin  client.WithWatch
	binary string
}

const crds = "../../config/crd/bases"

func TestMain(m *testing.M) {
	code, err := setUp(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		code = 1
	}
	os.Exit(code)
}

func setUp(m *testing.M) (int, error) {
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Minute)
	defer cancel()
	dir, err := os.MkdirTemp("", "imgroup-e2e-")
	if err != nil {
		return 0, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	world.binary = filepath.Join(dir, "manager")
	build := exec.CommandContext(ctx, "go", append(append([]string{"build"}, buildFlags...), "-o", world.binary, "../..")...)
	if out, err := build.CombinedOutput(); err != nil {
		return 0, fmt.Errorf("building the operator: %w\n%s", err, out)
	}
	if world.env, err = localenv.Start(ctx, localenv.Options{CRDs: []string{crds}}); err != nil {
		return 0, err
	}
	defer func() { _ = world.env.Stop() }()
	if world.admin, err = adminClient(world.env); err != nil {
		return 0, err
	}
	return m.Run(), nil
}

func adminClient(env *localenv.Env) (client.WithWatch, error) {
	return client.NewWithWatch(env.Config, client.Options{Scheme: controllers.Scheme()})
}
