// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Kubectl is kubectl itself, made from its library, for the test that runs the commands of the documents.
package main

import (
	"os"

	"k8s.io/component-base/cli"
	"k8s.io/kubectl/pkg/cmd"
)

func main() { os.Exit(cli.Run(cmd.NewDefaultKubectlCommand())) }
