// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/imgroup-operator/imgroup-operator/test/replica"
)

// What run prints has one command each that opens the page and that watches, for any shell, whatever the folder's name.
func TestRunPrintsTheCommandThatOpensThePage(t *testing.T) {
	st := &stack{settings: settings{dir: "/home/o'neil/my groups/.local"}, cloud: &cloud{url: "http://127.0.0.1:8095"}, operator: &replica.Replica{}}
	var out bytes.Buffer
	st.explain(&out)
	const kubeconfig = `--kubeconfig '/home/o'\''neil/my groups/.local/kubeconfig'`
	for _, command := range []string{"  go run ./cmd/kubectl-imgroup ui -A " + kubeconfig + "\n", "  kubectl " + kubeconfig + " get imgroups -w\n"} {
		if strings.Count(out.String(), command) != 1 {
			t.Errorf("%q is not there once:\n%s", command, out.String())
		}
	}
	if _, err := os.Stat("../../cmd/kubectl-imgroup/main.go"); err != nil {
		t.Error(err)
	}
}
