// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package recipes runs the recipes of docs/recipes: on a real API server, with the real operator and with only the rights
// that they grant, they do what their READMEs say. Nothing runs Pods here, so their programs are started as processes.
package recipes

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/imgroup-operator/imgroup-operator/test/harness"
	"github.com/imgroup-operator/imgroup-operator/test/localenv"
)

// world is what all tests of this package share.
var world struct {
	env      *localenv.Env
	admin    client.Client
	bin      string // a folder with the programs; kubectl and jq are in a folder below it
	dir      string
	operator *harness.Operator
}

const (
	root   = "../.."
	folder = root + "/docs/recipes/"
)

func TestMain(m *testing.M) {
	harness.Main(m, "recipes", buildAll, startControlPlane, startOperator, createApp)
}

func startControlPlane(s *harness.SetUp) error {
	crds, err := foreignCRDs(s)
	if err != nil {
		return err
	}
	world.env, world.admin, err = s.ControlPlane(localenv.Options{CRDs: append(crds, root+"/config/crd/bases")})
	return err
}

// foreignCRDs are those of Argo Events, which its module holds, and of Flux, which are made from its types.
func foreignCRDs(ctx context.Context) ([]string, error) {
	argo, err := run(ctx, "go", "list", "-m", "-f", "{{.Dir}}", "github.com/argoproj/argo-events")
	if err != nil {
		return nil, err
	}
	flux := filepath.Join(world.dir, "flux")
	_, err = run(ctx, world.bin+"/controller-gen", "crd", "paths=github.com/fluxcd/kustomize-controller/api/v1",
		"paths=github.com/fluxcd/source-controller/api/v1", "output:crd:dir="+flux)
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
