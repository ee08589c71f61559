// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package check

import (
	"os"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

// definition is a CRD of this tree.
func definition(t *testing.T, kind string) *unstructured.Unstructured {
	t.Helper()
	text, err := os.ReadFile("../../../../config/crd/bases/im.imgroup.dev_" + kind + ".yaml")
	if err != nil {
		t.Fatal(err)
	}
	crd := &unstructured.Unstructured{}
	if err := yaml.Unmarshal(text, &crd.Object); err != nil {
		t.Fatal(err)
	}
	return crd
}

func TestCRDs(t *testing.T) {
	for _, test := range []struct {
		name         string
		edit         func(properties map[string]any, version map[string]any)
		result, says string
	}{
		{"the same", func(_, _ map[string]any) {}, ok, "as the plugin knows it"},
		{"an older one", func(p, _ map[string]any) { unstructured.RemoveNestedField(p, "spec", "properties", "suspend") }, failure, "it has no spec.suspend"},
		{"a newer one", func(p, _ map[string]any) {
			_ = unstructured.SetNestedField(p, "string", "status", "properties", "mood", "type")
		}, warning, "does not know status.mood"},
		{"not served", func(_, v map[string]any) { v["served"] = false }, failure, "is not served"},
	} {
		t.Run(test.name, func(t *testing.T) {
			crd := definition(t, "imapps")
			version := crd.Object["spec"].(map[string]any)["versions"].([]any)[0].(map[string]any)
			test.edit(version["schema"].(map[string]any)["openAPIV3Schema"].(map[string]any)["properties"].(map[string]any), version)
			f := finding{}.compared(crd, definitions[0].spec, definitions[0].status)
			if f.Result != test.result || !strings.Contains(f.Message, test.says) {
				t.Errorf("%s: %s", f.Result, f.Message)
			}
		})
	}
	if f := (finding{}).compared(definition(t, "imgroups"), definitions[1].spec, definitions[1].status); f.Result != ok {
		t.Errorf("imgroups: %s: %s", f.Result, f.Message)
	}
}
