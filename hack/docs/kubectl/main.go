// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Kubectl is kubectl, made of its own packages, for tests that run it as people do: test/docs, test/gitops, test/recipes.
package main

import (
	"k8s.io/component-base/cli"
	"k8s.io/kubectl/pkg/cmd"
	"k8s.io/kubectl/pkg/cmd/util"
)

func main() {
	if err := cli.RunNoErrOutput(cmd.NewDefaultKubectlCommand()); err != nil {
		util.CheckErr(err)
	}
}
