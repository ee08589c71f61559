// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package recipes

import (
	"os"
	"regexp"
	"strings"
	"testing"

	fluxv1 "github.com/fluxcd/kustomize-controller/api/v1"
	sourcev1 "github.com/fluxcd/source-controller/api/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"
)

// The manifests of docs/gitops.md for Flux are of its types, its schemas accept them, and each Kustomization waits.
func TestTheFluxManifestsOfTheDocumentAreRight(t *testing.T) {
	text, err := os.ReadFile(root + "/docs/gitops.md")
	must(t, err)
	found := map[string]int{}
	for _, block := range regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(string(text), -1) {
		if !strings.Contains(block[1], "fluxcd.io") {
			continue
		}
		var u unstructured.Unstructured
		must(t, yaml.Unmarshal([]byte(block[1]), &u.Object))
		u.SetNamespace(namespace)
		must(t, clientOf(t, world.env.Config).Create(t.Context(), &u, client.DryRunAll, client.FieldValidation(metav1.FieldValidationStrict)))
		found[u.GetKind()]++
		checkFlux(t, u.GetKind(), []byte(block[1]))
	}
	if found["Kustomization"] != 2 || found["GitRepository"] != 1 {
		t.Errorf("the document has %v", found)
	}
}

// checkFlux sees that a Kustomization waits, and that a GitRepository stays at a version.
func checkFlux(t *testing.T, kind string, text []byte) {
	t.Helper()
	if kind == "GitRepository" {
		var g sourcev1.GitRepository
		must(t, yaml.UnmarshalStrict(text, &g))
		if g.Spec.Reference == nil || g.Spec.Reference.Tag == "" {
			t.Errorf("it has no tag: %+v", g.Spec)
		}
		return
	}
	var k fluxv1.Kustomization
	must(t, yaml.UnmarshalStrict(text, &k))
	if !k.Spec.Wait || k.Spec.Timeout == nil {
		t.Errorf("it does not wait: %+v", k.Spec)
	}
}
