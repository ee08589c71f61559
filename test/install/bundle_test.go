// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package install

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/util/yaml"
)

// bundle is what a user applies at once.
type bundle []*unstructured.Unstructured

// build builds a kustomization, named relative to the copy of the tree.
func build(t *testing.T, dir string) bundle {
	t.Helper()
	return buildFrom(t, filepath.Join(world.tree, dir))
}

// buildFrom builds a kustomization in a folder or at a URL.
func buildFrom(t *testing.T, dir string) bundle {
	t.Helper()
	command := exec.CommandContext(t.Context(), world.kustomize, "build", dir)
	command.Env = append(os.Environ(), world.published...)
	var said bytes.Buffer
	command.Stderr = &said
	text, err := command.Output()
	if err != nil {
		t.Fatalf("building %s: %v\n%s", dir, err, said.String())
	}
	if said.Len() > 0 {
		t.Errorf("building %s: %s", dir, said.String()) // such as a deprecated field
	}
	return parse(t, text)
}

func parse(t *testing.T, text []byte) bundle {
	t.Helper()
	var all bundle
	decoder := yaml.NewYAMLOrJSONDecoder(bytes.NewReader(text), 4096)
	for {
		o := &unstructured.Unstructured{}
		if err := decoder.Decode(o); errors.Is(err, io.EOF) {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		if len(o.Object) > 0 {
			all = append(all, o)
		}
	}
}

// overlay writes an overlay of config/default beside the copy of config, and returns its name.
func overlay(t *testing.T, components []string) string {
	t.Helper()
	dir, err := os.MkdirTemp(world.tree, "overlay-")
	must(t, err)
	text := "apiVersion: kustomize.config.k8s.io/v1beta1\nkind: Kustomization\nresources:\n- ../config/default\ncomponents:\n"
	for _, c := range components {
		text += "- ../config/components/" + c + "\n"
	}
	write(t, filepath.Join(dir, "kustomization.yaml"), text)
	return filepath.Base(dir)
}

func write(t *testing.T, file, text string) {
	t.Helper()
	must(t, os.MkdirAll(filepath.Dir(file), 0o700))
	must(t, os.WriteFile(file, []byte(text), 0o600))
}

// all returns the objects of a kind.
func all[T any](t *testing.T, b bundle, kind string) []T {
	t.Helper()
	var found []T
	for _, o := range b {
		if o.GetKind() != kind {
			continue
		}
		var typed T
		text, err := json.Marshal(o.Object)
		must(t, err)
		must(t, json.Unmarshal(text, &typed))
		found = append(found, typed)
	}
	return found
}

// one returns the only object of a kind.
func one[T any](t *testing.T, b bundle, kind string) T {
	t.Helper()
	found := all[T](t, b, kind)
	if len(found) != 1 {
		t.Fatalf("%d objects of kind %s, want one", len(found), kind)
	}
	return found[0]
}

// named tells whether there is an object of a kind with a name, in a namespace if that is not empty.
func (b bundle) named(kind, namespace, name string) *unstructured.Unstructured {
	for _, o := range b {
		if o.GetKind() == kind && o.GetNamespace() == namespace && o.GetName() == name {
			return o
		}
	}
	return nil
}
