// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package gitops

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
	env        *localenv.Env
	admin      client.WithWatch
	dir        string // a temporary folder
	operator   string // the program
	kubeconfig string // the admin's
	argo       *argo
}

const (
	root = "../.."
	// setUpTimeout covers cold builds with the race detector on a busy machine.
	setUpTimeout = 15 * time.Minute
	// parallelTests is more than there are processors: most tests wait for a period of the operator to pass.
	parallelTests = "8"
)

func TestMain(m *testing.M) {
	flag.Parse()
	log.SetLogger(logr.Discard()) // of the library that installs the CRDs
	code, err := setUp(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, "gitops:", err)
		code = 1
	}
	os.Exit(code)
}

func setUp(m *testing.M) (code int, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), setUpTimeout)
	defer cancel()
	if world.dir, err = os.MkdirTemp("", "imgroup-gitops-"); err != nil {
		return 0, err
	}
	defer func() { _ = os.RemoveAll(world.dir) }()
	defer func() { _ = stopWorld() }()
	world.operator, world.kubeconfig = inDir("manager"), inDir("kubeconfig")
	for _, step := range []func() error{
		func() error { return flag.Set("test.parallel", parallelTests) },
		func() error { return goBuild(ctx, root, world.operator, buildFlags...) },
		func() error { return goBuild(ctx, "argocd", inDir("argocd")) },
		func() error { return goBuild(ctx, root+"/hack/docs/kubectl", inDir("bin/kubectl")) },
		func() error { return startControlPlane(ctx) },
		func() error { return applyRBAC(ctx) },
		func() error { return startArgo(ctx) },
	} {
		if err := step(); err != nil {
			return 0, err
		}
	}
	return m.Run(), nil
}

func inDir(name string) string { return filepath.Join(world.dir, name) }

// goBuild builds the program of a folder, which may be of another module.
func goBuild(ctx context.Context, folder, program string, flags ...string) error {
	args := append(append([]string{"build", "-C", folder}, flags...), "-o", program, ".")
	if out, err := exec.CommandContext(ctx, "go", args...).CombinedOutput(); err != nil {
		return fmt.Errorf("building %s: %w\n%s", folder, err, out)
	}
	return nil
}

func startControlPlane(ctx context.Context) (err error) {
	if world.env, err = localenv.Start(ctx, localenv.Options{CRDs: []string{root + "/config/crd/bases"}}); err != nil {
		return err
	}
	if err := world.env.Kubeconfig(world.kubeconfig); err != nil {
		return err
	}
	s := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{clientgoscheme.AddToScheme, imv1alpha1.AddToScheme} {
		if err := add(s); err != nil {
			return err
		}
	}
	world.admin, err = client.NewWithWatch(world.env.Config, client.Options{Scheme: s})
	return err
}

func stopWorld() error {
	if world.argo != nil {
		world.argo.stop()
	}
	if world.env != nil {
		return world.env.Stop()
	}
	return nil
}
