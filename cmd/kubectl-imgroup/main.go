// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// kubectl-imgroup is a plugin of kubectl for people who watch IMGroups: kubectl imgroup --help.
package main

import (
	"os"

	"github.com/imgroup-operator/imgroup-operator/internal/plugin"
)

// version is set by the linker of a release; without it Go tells of the tag or the commit.
var version string

func main() {
	os.Exit(plugin.Main(os.Args[1:], version)) //nolint:forbidigo // main ends the process
}
