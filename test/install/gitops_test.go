// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package install

import (
	"path/filepath"
	"regexp"
	"testing"

	"sigs.k8s.io/yaml"
)

// source is where Flux or Argo CD has what is in a kustomization: both take a folder of the repository, and on top of it
// components and patches.
type source struct {
	Kind string
	Spec struct {
		Path       string
		Components []string
		Patches    []any
		Source     struct {
			Path      string
			Kustomize struct {
				Components []string
				Patches    []any
			}
		}
	}
}

// What docs/gitops.md has Flux and Argo CD install is the overlay of docs/install.md.
func TestGitOpsToolsInstallTheOverlay(t *testing.T) {
	writeDocument(t)
	want, found := build(t, "deploy"), 0
	for _, m := range regexp.MustCompile("(?s)```yaml\n(apiVersion: (?:kustomize.toolkit.fluxcd|argoproj).*?)```").FindAllStringSubmatch(page(t, "gitops.md"), -1) {
		var s source
		must(t, yaml.Unmarshal([]byte(m[1]), &s))
		if s.Kind == "Application" {
			s.Spec.Path, s.Spec.Components, s.Spec.Patches = s.Spec.Source.Path, s.Spec.Source.Kustomize.Components, s.Spec.Source.Kustomize.Patches
		}
		if filepath.Base(s.Spec.Path) != "default" {
			continue // that of the chat
		}
		found++
		checkOverlay(t, want, s)
	}
	if found != 2 {
		t.Errorf("%d manifests install the operator", found)
	}
}

// checkOverlay builds what a tool builds: it writes components and patches into the folder's kustomization.
func checkOverlay(t *testing.T, want bundle, s source) {
	t.Helper()
	kustomization := map[string]any{"resources": []string{filepath.Join("..", s.Spec.Path)}, "patches": s.Spec.Patches}
	var components []string
	for _, c := range s.Spec.Components {
		components = append(components, filepath.Join("..", s.Spec.Path, c))
	}
	kustomization["components"] = components
	text, err := yaml.Marshal(kustomization)
	must(t, err)
	write(t, filepath.Join(world.tree, "by-"+s.Kind, "kustomization.yaml"), string(text))
	if err := differs(want, build(t, "by-"+s.Kind)); err != nil {
		t.Errorf("%s: %v", s.Kind, err)
	}
}
