// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package recipes

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Every kustomization is accepted as it is, without a warning, in a namespace with the strictest Pod Security Standard.
func TestEveryKustomizationIsAccepted(t *testing.T) {
	found, err := filepath.Glob(folder + "*/kustomization.yaml")
	must(t, err)
	if len(found) != 7 {
		t.Errorf("kustomizations: %v", found)
	}
	for _, file := range found {
		t.Run(filepath.Base(filepath.Dir(file)), func(t *testing.T) {
			kubectl(t, adminConfig(), "apply", "--dry-run=server", "--validate=strict", "-k", filepath.Dir(file))
		})
	}
}

// No Role of a recipe has a wildcard, a right on Secrets, or one to change a status.
func TestTheRightsAreNarrow(t *testing.T) {
	for _, dir := range []string{"controller", "cloudevents", "notify", "shell", "argo-events", "flux", "kube-state-metrics"} {
		built := kubectl(t, adminConfig(), "kustomize", folder+dir)
		if !strings.Contains(built, "verbs:") {
			t.Errorf("%s grants no rights", dir)
		}
		for _, wide := range []string{"'*'", "secrets", "/status", "cluster-admin", "update"} {
			if strings.Contains(built, "- "+wide+"\n") {
				t.Errorf("%s grants %s", dir, wide)
			}
		}
	}
}

// The versions that the recipes name are those that the tests run.
func TestTheVersionsAreThoseThatAreTested(t *testing.T) {
	const stateMetrics = "kube-state-metrics/go.mod k8s.io/kube-state-metrics/v2"
	for named, tested := range map[string]string{
		"flux/README.md kustomize-controller ":                     "go.mod github.com/fluxcd/kustomize-controller/api",
		"argo-events/README.md version ":                           "go.mod github.com/argoproj/argo-events",
		"kube-state-metrics/README.md kube-state-metrics ":         stateMetrics,
		"kube-state-metrics/deployment.yaml /kube-state-metrics:v": stateMetrics,
	} {
		modules, module, _ := strings.Cut(tested, " ")
		version := regexp.MustCompile(regexp.QuoteMeta(module) + ` v([0-9.]+)`).FindStringSubmatch(textOf(t, modules))
		file, words, _ := strings.Cut(named, " ")
		if len(version) != 2 || !strings.Contains(textOf(t, folder+file), words+version[1]) {
			t.Errorf("%s does not name the version %v of %s", file, version, module)
		}
	}
}

func textOf(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	must(t, err)
	return string(text)
}

// maxLines of a README are a screen.
const maxLines = 60

// Each recipe has a README of a screen, and the index leads to it.
func TestEveryRecipeIsDescribed(t *testing.T) {
	index, err := os.ReadFile(folder + "README.md")
	must(t, err)
	dirs, err := os.ReadDir(folder)
	must(t, err)
	for _, d := range dirs {
		if !d.IsDir() {
			continue
		}
		text, err := os.ReadFile(folder + d.Name() + "/README.md")
		must(t, err)
		if n := strings.Count(string(text), "\n"); n > maxLines {
			t.Errorf("the README of %s has %d lines", d.Name(), n)
		}
		if !strings.Contains(string(index), "("+d.Name()+"/README.md)") {
			t.Errorf("the index does not lead to %s", d.Name())
		}
		files, err := os.ReadDir(folder + d.Name())
		must(t, err)
		for _, f := range files {
			if f.Name() != "README.md" && !strings.Contains(string(text), "`"+f.Name()) {
				t.Errorf("the README of %s does not name %s", d.Name(), f.Name())
			}
		}
	}
}
