// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package install

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// kubectlStandIn writes down what it is called with, and the manifests that it is given.
const kubectlStandIn = `#!/bin/sh
echo "# kubectl $*" >>"$CALLS"
case "$*" in *"-f -") cat >>"$CALLS" ;; esac
`

// While the replicas end they write what they hold, for which they need their rights: so make undeploy waits for their end
// before it deletes anything else. The CRDs and the namespace stay.
func TestUndeployWaitsForTheReplicasBeforeTheirRightsGo(t *testing.T) {
	said := undeploy(t)
	_, said, _ = strings.Cut(said, "# kubectl ")
	first, rest, _ := strings.Cut(said, "\n")
	must(t, differs("-n imgroup-system delete statefulset imgroup-operator --cascade=foreground --ignore-not-found", first))
	var want, got []string
	for _, o := range build(t, "config/default") {
		if o.GetKind() != "CustomResourceDefinition" && o.GetKind() != "Namespace" {
			want = append(want, o.GetKind()+" "+o.GetNamespace()+"/"+o.GetName())
		}
	}
	for _, o := range parse(t, []byte(strings.ReplaceAll(rest, "# kubectl", "---\n# kubectl"))) {
		got = append(got, o.GetKind()+" "+o.GetNamespace()+"/"+o.GetName())
	}
	slices.Sort(want)
	slices.Sort(got)
	must(t, differs(want, got))
}

// undeploy runs the target, and returns what kubectl got.
func undeploy(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "kubectl"), []byte(kubectlStandIn), 0o700))
	command := exec.CommandContext(t.Context(), "make", "-C", root, "undeploy", "KUSTOMIZE="+world.kustomize)
	command.Env = append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"), "CALLS="+filepath.Join(dir, "calls"), "MAKEFLAGS=")
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	text, err := os.ReadFile(filepath.Join(dir, "calls"))
	must(t, err)
	return string(text)
}
