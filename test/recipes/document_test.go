// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package recipes

import (
	"os"
	"regexp"
	"strings"
	"testing"

	fluxv1 "github.com/fluxcd/kustomize-controller/api/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"
)

// The Kustomization of docs/gitops.md is one of Flux's type that its schema accepts, and waits.
func TestTheFluxKustomizationOfTheDocumentIsRight(t *testing.T) {
	text, err := os.ReadFile(root + "/docs/gitops.md")
	must(t, err)
	found := 0
	for _, block := range regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(string(text), -1) {
		if !strings.Contains(block[1], "fluxcd.io") {
			continue
		}
		found++
		var k fluxv1.Kustomization
		must(t, yaml.UnmarshalStrict([]byte(block[1]), &k))
		if !k.Spec.Wait || k.Spec.Timeout == nil {
			t.Errorf("it does not wait: %+v", k.Spec)
		}
		var u unstructured.Unstructured
		must(t, yaml.Unmarshal([]byte(block[1]), &u.Object))
		u.SetNamespace(namespace)
		must(t, clientOf(t, world.env.Config).Create(t.Context(), &u, client.DryRunAll))
	}
	if found == 0 {
		t.Error("the document has no Kustomization of Flux")
	}
}
