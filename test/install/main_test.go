// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package install tests what users apply: every kustomization and component of config, dist/install.yaml and the
// overlays of docs/install.md, on a real API server; and that the rights in them are those that the operator uses.
package install

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

// world is what all tests of this package share.
var world struct {
	env       *localenv.Env
	admin     client.Client
	kustomize string // the program
	operator  string // the program
	tree      string // a folder with a copy of config, beside which tests put their overlays
	auditLog  string // what the ServiceAccounts asked of the API server
}

const (
	root = "../.."
	// setUpTimeout covers cold builds with the race detector on a busy machine.
	setUpTimeout = 10 * time.Minute
)

func TestMain(m *testing.M) {
	flag.Parse()
	log.SetLogger(logr.Discard()) // of the library that installs the CRDs
	code, err := setUp(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, "install:", err)
		code = 1
	}
	os.Exit(code)
}

func setUp(m *testing.M) (code int, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), setUpTimeout)
	defer cancel()
	dir, err := os.MkdirTemp("", "imgroup-install-")
	if err != nil {
		return 0, err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	world.kustomize, world.operator = filepath.Join(dir, "kustomize"), filepath.Join(dir, "manager")
	world.tree, world.auditLog = filepath.Join(dir, "tree"), filepath.Join(dir, "audit.log")
	for _, step := range []func() error{
		func() error { return os.CopyFS(filepath.Join(world.tree, "config"), os.DirFS(root+"/config")) },
		func() error {
			return goBuild(ctx, world.kustomize, "-modfile="+root+"/hack/tools/go.mod", "sigs.k8s.io/kustomize/kustomize/v5")
		},
		func() error { return goBuild(ctx, world.operator, append(buildFlags, root)...) },
		func() error { return startControlPlane(ctx, dir) },
	} {
		if err := step(); err != nil {
			return 0, err
		}
	}
	defer func() { _ = world.env.Stop() }()
	return m.Run(), nil
}

func goBuild(ctx context.Context, output string, args ...string) error {
	build := exec.CommandContext(ctx, "go", append([]string{"build", "-o", output}, args...)...)
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("building %s: %w\n%s", filepath.Base(output), err, out)
	}
	return nil
}

// startControlPlane starts an API server that logs what ServiceAccounts ask of it, with the CRDs of the operator and
// of what the components need.
func startControlPlane(ctx context.Context, dir string) (err error) {
	policy := filepath.Join(dir, "audit-policy.yaml")
	if err := os.WriteFile(policy, []byte(auditPolicy), 0o600); err != nil {
		return err
	}
	world.env, err = localenv.Start(ctx, localenv.Options{
		CRDs:          []string{root + "/config/crd/bases", "testdata/crds"},
		APIServerArgs: []string{"--audit-policy-file=" + policy, "--audit-log-path=" + world.auditLog},
	})
	if err != nil {
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
