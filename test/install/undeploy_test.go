// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package install

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// kubectlStandIn writes down what it is called with, and the manifests that it is given.
const kubectlStandIn = `#!/bin/sh
echo "# kubectl $*" >>"$CALLS"
case "$*" in
*"-f -") cat >>"$CALLS" ;;
*" -k "*)
	for last; do :; done
	"$KUSTOMIZE" build "$last" >>"$CALLS"
	;;
esac
`

// While the replicas end they write what they hold, for which they need their rights: so their end is waited for before
// anything else is deleted, by make undeploy as by the commands of docs/install.md. The CRDs and the namespace stay.
func TestUndeployWaitsForTheReplicasBeforeTheirRightsGo(t *testing.T) {
	checkRemoval(t, undeploy(t, "make", "-C", root, "undeploy", "KUSTOMIZE="+world.kustomize))
	commands := regexp.MustCompile("(?s)\n## Remove\n\n```sh\n(.*?)```").FindStringSubmatch(page(t, "install.md"))
	checkRemoval(t, undeploy(t, "sh", "-euc", commands[1]))
}

// checkRemoval checks what kubectl got.
func checkRemoval(t *testing.T, said string) {
	t.Helper()
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

// undeploy runs a command, and returns what kubectl got.
func undeploy(t *testing.T, program string, args ...string) string {
	t.Helper()
	dir := t.TempDir()
	must(t, os.WriteFile(filepath.Join(dir, "kubectl"), []byte(kubectlStandIn), 0o700))
	command := exec.CommandContext(t.Context(), program, args...)
	command.Env = append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"), "CALLS="+filepath.Join(dir, "calls"), "MAKEFLAGS=",
		"KUSTOMIZE="+world.kustomize)
	command.Env = append(command.Env, world.published...)
	if out, err := command.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	text, err := os.ReadFile(filepath.Join(dir, "calls"))
	must(t, err)
	return string(text)
}
