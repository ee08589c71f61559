// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package gitops

import (
	"errors"
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
	env        *localenv.Env
	admin      client.WithWatch
	dir        string // a temporary folder
	operator   string // the program
	kubeconfig string // the admin's
	argo       *argo
}

const root = "../.."

func inDir(name string) string { return filepath.Join(world.dir, name) }

func TestMain(m *testing.M) {
	harness.Main(m, "gitops", harness.InParallel, build, startControlPlane, awaitDescription, startArgo)
}

func build(s *harness.SetUp) error {
	world.dir, world.operator, world.kubeconfig = s.Dir, s.Path("manager"), s.Path("kubeconfig")
	return errors.Join(harness.BuildOurs(s, root, world.operator), harness.Build(s, "argocd", inDir("argocd")),
		harness.Build(s, root+"/hack/docs/kubectl", inDir("bin/kubectl")))
}

func startControlPlane(s *harness.SetUp) (err error) {
	argo, err := exec.CommandContext(s, "go", "list", "-C", "argocd", "-m", "-f", "{{.Dir}}", "github.com/argoproj/argo-cd/v3").Output()
	if err != nil {
		return fmt.Errorf("where Argo CD is: %w", err)
	}
	crds := []string{root + "/config/crd/bases", filepath.Join(strings.TrimSpace(string(argo)), "manifests", "crds", "application-crd.yaml")}
	if world.env, world.admin, err = s.ControlPlane(localenv.Options{CRDs: crds}); err != nil {
		return err
	}
	return errors.Join(world.env.Kubeconfig(world.kubeconfig), harness.ApplyRBAC(s, world.admin, root+"/config/rbac"))
}

// awaitDescription waits until the API server describes the new resources, which it does a moment after it serves them.
func awaitDescription(s *harness.SetUp) error {
	return harness.Await(s, "the resources are described", func() error {
		_, errApp := tryKubectl(s, "default", "", "explain", "imapp")
		_, errGroup := tryKubectl(s, "default", "", "explain", "imgroup")
		return errors.Join(errApp, errGroup)
	})
}
