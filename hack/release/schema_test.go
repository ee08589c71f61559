// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"

	"sigs.k8s.io/yaml"
)

// The schemas name what the samples have, and close every object.
func TestTheSchemas(t *testing.T) {
	r := prepared(t, testVersion)
	must(t, os.MkdirAll(r.out, 0o700))
	must(t, r.schemas())
	for file, sample := range map[string]string{"imapp_v1alpha1.json": "im_v1alpha1_imapp.yaml", "imgroup_v1alpha1.json": "im_v1alpha1_imgroup.yaml"} {
		var schema, object map[string]any
		text := r.read(t, "bin/release/"+file)
		must(t, json.Unmarshal([]byte(text), &schema))
		_, last, _ := strings.Cut(r.read(t, "config/samples/"+sample), "apiVersion: im.imgroup.dev")
		last, _, _ = strings.Cut("apiVersion: im.imgroup.dev"+last, "\n---")
		must(t, yaml.Unmarshal([]byte(last), &object))
		if unknown := unnamed(schema, object, ""); len(unknown) > 0 {
			t.Errorf("%s does not name %q", file, unknown)
		}
		object["spec"].(map[string]any)["typo"] = true
		if unknown := unnamed(schema, object, ""); !slices.Equal(unknown, []string{".spec.typo"}) {
			t.Errorf("%s refuses %q", file, unknown)
		}
		if strings.Contains(text, "x-kubernetes-") || schema["properties"].(map[string]any)["kind"].(map[string]any)["const"] != object["kind"] {
			t.Errorf("%s is\n%s", file, text)
		}
	}
}

// unnamed are the fields of an object that a schema refuses.
func unnamed(schema, object map[string]any, at string) (unknown []string) {
	properties, _ := schema["properties"].(map[string]any)
	for key, value := range object {
		property, named := properties[key].(map[string]any)
		if !named && schema["additionalProperties"] == false {
			unknown = append(unknown, at+"."+key)
		}
		if below, ok := value.(map[string]any); ok && named {
			unknown = append(unknown, unnamed(property, below, at+"."+key)...)
		}
	}
	return unknown
}
