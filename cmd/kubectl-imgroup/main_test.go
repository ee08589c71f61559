// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// These tests run the plugin as users do, in terminals of two widths and in a pipe, against a real API server and the
// real operator. What it prints is in testdata; go test ./cmd/kubectl-imgroup -update writes it anew, and with it the
// outputs in docs/kubectl-imgroup.md.
package main

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/imgroup-operator/imgroup-operator/test/harness"
	"github.com/imgroup-operator/imgroup-operator/test/localenv"
)

// world is what all tests share: one control plane, one operator, one fake Tencent.
var world struct {
	env        *localenv.Env
	admin      client.Client
	dir        string
	plugin     string // the program
	kubeconfig string
	operator   *harness.Operator
	cloud      *cloud
	hourAgo    time.Time // is shown as 65m
}

var update = flag.Bool("update", false, "write testdata and the outputs in the document anew")

const root = "../.."

func TestMain(m *testing.M) {
	harness.Main(updating{m}, "kubectl-imgroup", harness.InParallel, build, startControlPlane, startCloud, startOperator, populate)
}

// updating runs tests, and afterwards writes the document anew if that is asked for.
type updating struct{ *testing.M }

func (u updating) Run() int {
	world.hourAgo = time.Now().Add(-65*time.Minute - time.Second)
	code := u.M.Run()
	if !*update || code != 0 {
		return code
	}
	if err := updateDocument(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

func path(name string) string { return filepath.Join(world.dir, name) }

func build(s *harness.SetUp) error {
	world.dir, world.plugin, world.kubeconfig = s.Dir, s.Path("kubectl-imgroup"), s.Path("kubeconfig")
	const version = "-ldflags=-X main.version=v0.1.0"
	return errors.Join(harness.BuildOurs(s, root, world.plugin, version, "./cmd/kubectl-imgroup"),
		harness.BuildOurs(s, root, path("manager"), version))
}

func startControlPlane(s *harness.SetUp) (err error) {
	world.env, world.admin, err = s.ControlPlane(localenv.Options{CRDs: []string{root + "/config/crd/bases"}})
	return err
}
