// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package e2e runs the real operator against a real API server, as its own ServiceAccount with the rights of
// config/rbac, and sends it callbacks as Tencent does.
//
// Tests that take the API server away, or all the processors, are not parallel: they run first, one after another. All others run beside each
// other, each with a namespace and an operator process of its own.
package e2e

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/test/localenv"
)

// world is what all tests of this package share: one control plane, one binary.
var world struct {
	env    *localenv.Env
	admin  client.WithWatch
	binary string
}

const (
	crds = "../../config/crd/bases"
	// setUpTimeout covers a cold build with the race detector on a busy machine.
	setUpTimeout = 10 * time.Minute
	// parallelTests is more than there are processors: most tests wait for a period of the operator to pass.
	parallelTests = "8"
)

func TestMain(m *testing.M) {
	flag.Parse()
	log.SetLogger(logr.Discard()) // of the library that installs the CRDs
	if err := inParallel(); err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		os.Exit(1)
	}
	code, err := setUp(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, "e2e:", err)
		code = 1
	}
	os.Exit(code)
}

// inParallel sets how many tests run at once, unless the command line says it.
func inParallel() error {
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "test.parallel" })
	if given {
		return nil
	}
	return flag.Set("test.parallel", parallelTests)
}

func setUp(m *testing.M) (code int, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), setUpTimeout)
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
	if world.admin, err = adminClient(); err != nil {
		return 0, err
	}
	if err := applyRBAC(ctx); err != nil {
		return 0, fmt.Errorf("applying %s: %w", rbac, err)
	}
	return m.Run(), nil
}

func adminClient() (client.WithWatch, error) {
	s := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{clientgoscheme.AddToScheme, imv1alpha1.AddToScheme} {
		if err := add(s); err != nil {
			return nil, err
		}
	}
	return client.NewWithWatch(world.env.Config, client.Options{Scheme: s})
}
