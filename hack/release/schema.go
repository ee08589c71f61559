// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"
)

// crd is what a CustomResourceDefinition says of its kind.
type crd struct {
	Spec struct {
		Group string
		Names struct{ Kind string }

		Versions []struct {
			Name   string
			Schema struct{ OpenAPIV3Schema map[string]any }
		}
	}
}

// crds are the texts of the CustomResourceDefinitions, each of which begins with ---.
func (r release) crds() (texts [][]byte, err error) {
	names, err := filepath.Glob(filepath.Join(r.top, "config", "crd", "bases", "*.yaml"))
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		text, err := os.ReadFile(name)
		if err != nil {
			return nil, err
		}
		texts = append(texts, text)
	}
	return texts, nil
}

// schemas writes a JSON schema for each version of each kind, for editors and for tools that check manifests without a cluster.
func (r release) schemas() error {
	texts, err := r.crds()
	if err != nil {
		return err
	}
	for _, text := range texts {
		var c crd
		if err := yaml.Unmarshal(text, &c); err != nil {
			return err
		}
		for _, v := range c.Spec.Versions {
			schema := closed(v.Schema.OpenAPIV3Schema).(map[string]any)
			schema["$schema"] = "http://json-schema.org/draft-07/schema#"
			properties := schema["properties"].(map[string]any)
			properties["apiVersion"] = map[string]any{"type": "string", "const": c.Spec.Group + "/" + v.Name}
			properties["kind"] = map[string]any{"type": "string", "const": c.Spec.Names.Kind}
			required, _ := schema["required"].([]any)
			schema["required"] = slices.Concat([]any{"apiVersion", "kind"}, required)
			written, err := json.MarshalIndent(schema, "", "  ")
			if err != nil {
				return err
			}
			if err := r.write(fmt.Sprintf("%s_%s.json", strings.ToLower(c.Spec.Names.Kind), v.Name), append(written, '\n')); err != nil {
				return err
			}
		}
	}
	return nil
}

// closed is a schema that refuses fields which it does not name, as an API server does that validates strictly, without
// Kubernetes' own keywords.
func closed(schema any) any {
	switch s := schema.(type) {
	case []any:
		for i := range s {
			s[i] = closed(s[i])
		}
	case map[string]any:
		for key, value := range s {
			if strings.HasPrefix(key, "x-kubernetes-") {
				delete(s, key)
				continue
			}
			s[key] = closed(value)
		}
		if _, named := s["properties"].(map[string]any); named && s["type"] == "object" {
			s["additionalProperties"] = false
		}
	}
	return schema
}
