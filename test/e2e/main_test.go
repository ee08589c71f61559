// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package e2e runs the real operator against a real API server, as its own ServiceAccount with the rights of
// config/rbac, and sends it callbacks as Tencent does.
//
// Tests that take the API server away, or all the processors, are not parallel: they run first, one after another. All
// others run side by side, each with its own namespace and operator process.
package e2e

import (
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/imgroup-operator/imgroup-operator/test/harness"
	"github.com/imgroup-operator/imgroup-operator/test/localenv"
)

// world is what all tests of this package share: one control plane, one binary.
var world struct {
	env    *localenv.Env
	admin  client.WithWatch
	binary string
}

const (
	root = "../.."
	crds = root + "/config/crd/bases"
)

func TestMain(m *testing.M) {
	if err := launch(); err != nil {
		panic(err)
	}
	harness.Main(m, "e2e", harness.InParallel, setUp)
}

func setUp(s *harness.SetUp) (err error) {
	world.binary = s.Path("manager")
	if err := harness.BuildOurs(s, root, world.binary); err != nil {
		return err
	}
	if world.env, world.admin, err = s.ControlPlane(localenv.Options{CRDs: []string{crds}}); err != nil {
		return err
	}
	return harness.ApplyRBAC(s, world.admin, rbac)
}
