// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// These tests run the plugin as users do, in terminals of two widths and in a pipe, against a real API server and the
// real operator. What it prints is in testdata; go test ./cmd/kubectl-imgroup -update writes it anew, and with it the
// outputs in docs/kubectl-imgroup.md.
package main

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

// world is what all tests share: one control plane, one operator, one fake Tencent.
var world struct {
	env        *localenv.Env
	admin      client.Client
	dir        string
	plugin     string // the program
	kubeconfig string
	operator   *operator
	cloud      *cloud
	hourAgo    time.Time // is shown as 65m
}

var update = flag.Bool("update", false, "write testdata and the outputs in the document anew")

const (
	root = "../.."
	// setUpTimeout covers cold builds with the race detector on a busy machine.
	setUpTimeout = 10 * time.Minute
)

func TestMain(m *testing.M) {
	flag.Parse()
	log.SetLogger(logr.Discard()) // of the library that installs the CRDs
	if err := inParallel(); err != nil {
		fmt.Fprintln(os.Stderr, "kubectl-imgroup:", err)
		os.Exit(1)
	}
	code, err := setUp(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, "kubectl-imgroup:", err)
		code = 1
	}
	os.Exit(code)
}

// inParallel sets how many tests run at once, unless the command line says it: most of the time they wait.
func inParallel() error {
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "test.parallel" })
	if given {
		return nil
	}
	return flag.Set("test.parallel", "8")
}

func setUp(m *testing.M) (code int, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), setUpTimeout)
	defer cancel()
	if world.dir, err = os.MkdirTemp("", "imgroup-plugin-"); err != nil {
		return 0, err
	}
	defer func() { _ = os.RemoveAll(world.dir) }()
	world.plugin, world.kubeconfig = path("kubectl-imgroup"), path("kubeconfig")
	for _, step := range []func() error{
		func() error { return goBuild(ctx, world.plugin, ".") },
		func() error { return goBuild(ctx, path("manager"), root) },
		func() error { return startControlPlane(ctx) },
		func() error { return world.env.Kubeconfig(world.kubeconfig) },
		startCloud,
		func() error { return startOperator(ctx) },
		func() error { return populate(ctx) },
	} {
		if err := step(); err != nil {
			tearDown()
			return 0, err
		}
	}
	defer tearDown()
	world.hourAgo = time.Now().Add(-65*time.Minute - time.Second)
	if code = m.Run(); *update && code == 0 {
		err = updateDocument()
	}
	return code, err
}

func tearDown() {
	if world.operator != nil {
		world.operator.stop()
	}
	if world.cloud != nil {
		world.cloud.server.Close()
	}
	if world.env != nil {
		_ = world.env.Stop()
	}
}

func path(name string) string { return filepath.Join(world.dir, name) }

func goBuild(ctx context.Context, output, what string) error {
	args := append([]string{"build", "-ldflags=-X main.version=v0.1.0"}, buildFlags...)
	build := exec.CommandContext(ctx, "go", append(args, "-o", output, what)...)
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("building %s: %w\n%s", filepath.Base(output), err, out)
	}
	return nil
}

func startControlPlane(ctx context.Context) (err error) {
	if world.env, err = localenv.Start(ctx, localenv.Options{CRDs: []string{root + "/config/crd/bases"}}); err != nil {
		return err
	}
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{clientgoscheme.AddToScheme, imv1alpha1.AddToScheme} {
		if err := add(scheme); err != nil {
			return err
		}
	}
	world.admin, err = client.New(world.env.Config, client.Options{Scheme: scheme})
	return err
}
