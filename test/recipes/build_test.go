// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package recipes

import (
	"context"
	"os"
	"path/filepath"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/imgroup-operator/imgroup-operator/test/harness"
)

// commands are kubectl and jq, in a folder of their own that comes first in the PATH of the shell.
const commands = "commands"

// program is one that the tests need.
type program struct {
	output, dir, path string
	flags             []string
}

// programs are the operator and what else the recipes need, from pinned modules.
var programs = []program{
	{"manager", root, ".", harness.RaceFlags()},
	{commands + "/kubectl", root + "/hack/docs", "./kubectl", nil},
	{commands + "/jq", ".", "./jq", nil},
	{"kube-state-metrics", "kube-state-metrics", "k8s.io/kube-state-metrics/v2", nil},
	{"controller-gen", ".", "sigs.k8s.io/controller-tools/cmd/controller-gen", []string{"-modfile=" + root + "/hack/tools/go.mod"}},
}

func buildAll(s *harness.SetUp) error {
	world.dir, world.bin = s.Dir, s.Path("bin")
	if err := os.MkdirAll(filepath.Join(world.bin, commands), 0o700); err != nil {
		return err
	}
	recipes, err := recipePrograms()
	if err != nil {
		return err
	}
	g, ctx := errgroup.WithContext(s)
	g.SetLimit(2) // linking one leaves a processor idle half of the time
	for _, p := range append(programs, recipes...) {
		g.Go(func() error { return p.build(ctx) })
	}
	return g.Wait()
}

// build leaves out the tables for debuggers: linking takes half the time then.
func (p program) build(ctx context.Context) error {
	return harness.Build(ctx, p.dir, filepath.Join(world.bin, p.output), slices.Concat([]string{"-ldflags=-s -w"}, p.flags, []string{p.path})...)
}
