// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package recipes runs the recipes of docs/recipes: what they contain does on a real API server, with the real operator
// and with the rights that they grant, what their READMEs say. Nobody runs Pods here, so their programs are started as
// processes.
package recipes

import (
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/runtime"
	clientgoscheme "k8s.io/client-go/kubernetes/scheme"
	"k8s.io/klog/v2"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/test/localenv"
)

// world is what all tests of this package share.
var world struct {
	env      *localenv.Env
	admin    client.Client
	bin      string // a folder with the programs; kubectl and jq are in a folder below it
	dir      string
	operator *operator
}

const (
	root   = "../.."
	folder = root + "/docs/recipes/"
	// setUpTimeout covers cold builds with the race detector on a busy machine.
	setUpTimeout = 10 * time.Minute
)

func TestMain(m *testing.M) {
	flag.Parse()
	ctrl.SetLogger(logr.Discard()) // of the library that installs the CRDs
	klog.SetLogger(logr.Discard())
	code, err := setUp(m)
	if err != nil {
		fmt.Fprintln(os.Stderr, "recipes:", err)
		code = 1
	}
	os.Exit(code)
}

func setUp(m *testing.M) (code int, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), setUpTimeout)
	defer cancel()
	if world.dir, err = os.MkdirTemp("", "imgroup-recipes-"); err != nil {
		return 0, err
	}
	defer func() { _ = os.RemoveAll(world.dir) }()
	world.bin = filepath.Join(world.dir, "bin")
	if err := buildAll(ctx); err != nil {
		return 0, err
	}
	if err := startControlPlane(ctx); err != nil {
		return 0, err
	}
	defer func() { _ = world.env.Stop() }()
	if world.operator, err = startOperator(ctx); err != nil {
		return 0, err
	}
	defer func() { _ = world.operator.process.Stop(stopGrace) }()
	if err := createApp(ctx); err != nil {
		return 0, err
	}
	return m.Run(), nil
}

func startControlPlane(ctx context.Context) error {
	crds, err := foreignCRDs(ctx)
	if err != nil {
		return err
	}
	world.env, err = localenv.Start(ctx, localenv.Options{CRDs: append(crds, root+"/config/crd/bases")})
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

// foreignCRDs are those of Argo Events, which its module holds, and of Flux, which are made from its types.
func foreignCRDs(ctx context.Context) ([]string, error) {
	argo, err := run(ctx, "go", "list", "-m", "-f", "{{.Dir}}", "github.com/argoproj/argo-events")
	if err != nil {
		return nil, err
	}
	flux := filepath.Join(world.dir, "flux")
	_, err = run(ctx, world.bin+"/controller-gen", "crd", "paths=github.com/fluxcd/kustomize-controller/api/v1", "output:crd:dir="+flux)
	return []string{filepath.Join(strings.TrimSpace(argo), "manifests", "base", "crds"), flux}, err
}

func run(ctx context.Context, program string, args ...string) (string, error) {
	command := exec.CommandContext(ctx, program, args...)
	var said strings.Builder
	command.Stderr = &said
	out, err := command.Output()
	if err != nil {
		return "", fmt.Errorf("%s %s: %w\n%s", filepath.Base(program), strings.Join(args, " "), err, said.String())
	}
	return string(out), nil
}
