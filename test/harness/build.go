// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package harness

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
)

const raceFlag = "-race"

// Build builds a program: module is the folder of the module whose versions count, program the file to write, with its
// whole path, and args are more arguments of go build and what to build.
func Build(ctx context.Context, module, program string, args ...string) error {
	build := exec.CommandContext(ctx, "go", append([]string{"build", "-C", module, "-o", program}, args...)...)
	if !slices.Contains(args, raceFlag) {
		build.Env = append(os.Environ(), "CGO_ENABLED=0") // as make builds, which compiled most of it
	}
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("building %s: %w\n%s", filepath.Base(program), err, out)
	}
	return nil
}

// BuildOurs builds a program of the operator's module, whose top is given, with the race detector if the tests have it.
func BuildOurs(ctx context.Context, top, program string, args ...string) error {
	return Build(ctx, top, program, append(RaceFlags(), args...)...)
}

// RaceFlags are go build's for a program that shall have the race detector if the tests have it.
func RaceFlags() []string {
	if Race {
		return []string{raceFlag}
	}
	return nil
}
