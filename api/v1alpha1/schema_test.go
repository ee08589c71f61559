// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"
)

// crds reads the generated CRDs.
func crds(t *testing.T) []*apiextensionsv1.CustomResourceDefinition {
	t.Helper()
	files, err := filepath.Glob("../../config/crd/bases/*.yaml")
	if err != nil || len(files) != 2 {
		t.Fatalf("found %v, want two CRDs (%v)", files, err)
	}
	all := make([]*apiextensionsv1.CustomResourceDefinition, len(files))
	for i, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		all[i] = &apiextensionsv1.CustomResourceDefinition{}
		if err := yaml.UnmarshalStrict(raw, all[i]); err != nil {
			t.Fatalf("parsing %s: %v", file, err)
		}
	}
	return all
}

// walk visits every member of spec and status with its path.
func walk(t *testing.T, visit func(t *testing.T, path string, s apiextensionsv1.JSONSchemaProps)) {
	t.Helper()
	for _, crd := range crds(t) {
		for _, version := range crd.Spec.Versions {
			root := version.Schema.OpenAPIV3Schema
			for _, part := range []string{"spec", "status"} {
				members(t, crd.Spec.Names.Kind+"."+part, root.Properties[part], visit)
			}
		}
	}
}

func members(t *testing.T, path string, s apiextensionsv1.JSONSchemaProps, visit func(*testing.T, string, apiextensionsv1.JSONSchemaProps)) {
	t.Helper()
	visit(t, path, s)
	if s.Items != nil {
		members(t, path+"[]", *s.Items.Schema, visit)
	}
	for name := range s.Properties {
		members(t, path+"."+name, s.Properties[name], visit)
	}
}

func TestEveryMemberOfTheSchemaIsBounded(t *testing.T) {
	seen := map[string]int{}
	walk(t, func(t *testing.T, path string, s apiextensionsv1.JSONSchemaProps) {
		seen[s.Type]++
		standard := strings.Contains(path, ".conditions[].") // the schema of metav1.Condition is not ours
		switch s.Type {
		case "string":
			if s.MaxLength == nil && len(s.Enum) == 0 && !(standard && s.Format == "date-time") {
				t.Errorf("%s: a string without maxLength", path)
			}
		case "array":
			if s.MaxItems == nil {
				t.Errorf("%s: a list without maxItems", path)
			}
			if s.XListType == nil {
				t.Errorf("%s: a list without listType", path)
			}
		case "integer":
			if (s.Minimum == nil || s.Maximum == nil) && !standard {
				t.Errorf("%s: an integer without minimum and maximum", path)
			}
		case "object":
			switch {
			case s.AdditionalProperties != nil:
				checkMap(t, path, s)
			case s.XPreserveUnknownFields != nil || len(s.Properties) == 0:
				t.Errorf("%s: an object of unknown members", path)
			}
		case "boolean":
		default:
			t.Errorf("%s: unexpected type %q", path, s.Type)
		}
		if s.Nullable || s.XIntOrString {
			t.Errorf("%s: null or two types", path)
		}
	})
	for _, kind := range []string{"string", "array", "integer", "object", "boolean"} {
		if seen[kind] == 0 {
			t.Errorf("the walk found no %s", kind)
		}
	}
}

// checkMap wants a map of bounded strings, whose keys only a rule can bound.
func checkMap(t *testing.T, path string, s apiextensionsv1.JSONSchemaProps) {
	t.Helper()
	rules := ""
	for _, r := range s.XValidations {
		rules += r.Rule
	}
	value := s.AdditionalProperties.Schema
	if s.MaxProperties == nil || !strings.Contains(rules, "size(key)") {
		t.Errorf("%s: a map without maxProperties, or with keys of any length", path)
	}
	if value.Type != "string" || value.MaxLength == nil && !strings.Contains(rules, "size(self[key])") {
		t.Errorf("%s: a map of something else than bounded strings", path)
	}
}

func TestEveryMemberOfTheSchemaIsDocumented(t *testing.T) {
	walk(t, func(t *testing.T, path string, s apiextensionsv1.JSONSchemaProps) {
		name := path[strings.LastIndex(path, ".")+1:]
		if strings.HasSuffix(name, "[]") {
			return // the list describes its items
		}
		if !strings.HasPrefix(s.Description, name+" ") {
			t.Errorf("%s: the description must start with %q: %q", path, name, s.Description)
		}
		if strings.Contains(path, ".conditions[].") {
			return
		}
		for _, fact := range facts(s) {
			if !strings.Contains(s.Description, fact) {
				t.Errorf("%s: the description does not say %q: %q", path, fact, s.Description)
			}
		}
	})
}

// facts are what a description must say about its schema: bounds, defaults, the values of an enumeration.
func facts(s apiextensionsv1.JSONSchemaProps) (texts []string) {
	if s.MaxLength != nil && s.Format == "" {
		texts = append(texts, strconv.FormatInt(*s.MaxLength, 10))
	}
	if s.MaxProperties != nil {
		texts = append(texts, strconv.FormatInt(*s.MaxProperties, 10))
	}
	if s.MaxItems != nil {
		texts = append(texts, strconv.FormatInt(*s.MaxItems, 10))
	}
	if s.Default != nil {
		if d := strings.Trim(string(s.Default.Raw), `"`); d != "{}" {
			texts = append(texts, "Default: "+d)
		}
	}
	for _, e := range s.Enum {
		texts = append(texts, strings.Trim(string(e.Raw), `"`))
	}
	return texts
}

func TestTheAPIServerHasNothingAgainstTheCRDs(t *testing.T) {
	for _, want := range crds(t) {
		got := &apiextensionsv1.CustomResourceDefinition{}
		if err := api.Get(t.Context(), client.ObjectKeyFromObject(want), got); err != nil {
			t.Errorf("reading %s: %v", want.Name, err)
			continue
		}
		conditions := map[apiextensionsv1.CustomResourceDefinitionConditionType]apiextensionsv1.ConditionStatus{}
		for _, c := range got.Status.Conditions {
			conditions[c.Type] = c.Status
		}
		if conditions[apiextensionsv1.Established] != apiextensionsv1.ConditionTrue ||
			conditions[apiextensionsv1.NamesAccepted] != apiextensionsv1.ConditionTrue ||
			conditions[apiextensionsv1.NonStructuralSchema] == apiextensionsv1.ConditionTrue {
			t.Errorf("%s: conditions %v", want.Name, got.Status.Conditions)
		}
	}
}
