// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package install tests what users apply: every kustomization and component of config, dist/install.yaml and the
// overlays of docs/install.md, on a real API server; and that the rights in them are those that the operator uses.
package install

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/imgroup-operator/imgroup-operator/test/harness"
	"github.com/imgroup-operator/imgroup-operator/test/localenv"
)

// world is what all tests of this package share.
var world struct {
	env       *localenv.Env
	admin     client.Client
	kustomize string   // the program
	operator  string   // the program
	tree      string   // a folder with a copy of config, beside which tests put their overlays
	auditLog  string   // what the ServiceAccounts asked of the API server
	published []string // for the environment: the documents' URLs lead to a copy of config
}

const root = "../.."

func TestMain(m *testing.M) {
	harness.Main(m, "install", buildAll, startControlPlane)
}

func buildAll(s *harness.SetUp) error {
	world.kustomize, world.operator, world.tree = s.Path("kustomize"), s.Path("manager"), s.Path("tree")
	var err error
	if world.published, err = harness.Publish(s, root, s.Path("published")); err != nil {
		return err
	}
	return errors.Join(os.CopyFS(filepath.Join(world.tree, "config"), os.DirFS(root+"/config")),
		harness.Build(s, root, world.kustomize, "-modfile=hack/tools/go.mod", "sigs.k8s.io/kustomize/kustomize/v5"),
		harness.BuildOurs(s, root, world.operator))
}

// startControlPlane starts an API server that logs what ServiceAccounts ask of it, with the CRDs of the operator and
// of what the components need.
func startControlPlane(s *harness.SetUp) (err error) {
	world.auditLog = s.Path("audit.log")
	policy := s.Path("audit-policy.yaml")
	if err := os.WriteFile(policy, []byte(auditPolicy), 0o600); err != nil {
		return err
	}
	world.env, world.admin, err = s.ControlPlane(localenv.Options{
		CRDs:          []string{root + "/config/crd/bases", "testdata/crds"},
		APIServerArgs: []string{"--audit-policy-file=" + policy, "--audit-log-path=" + world.auditLog},
	})
	return err
}
