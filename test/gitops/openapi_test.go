// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package gitops

import (
	"encoding/json"
	"strings"
	"testing"

	"k8s.io/client-go/discovery"
)

// node is the part of an OpenAPI schema that this test walks.
type node struct {
	Description string
	Properties  map[string]node
	Items       *node
	Kinds       []struct{ Kind string } `json:"x-kubernetes-group-version-kind"`
}

// checkDescriptions walks the schema that the API server publishes, from which kubectl explain reads, and fails for a
// field without a description. fields is how many there must be at least.
func checkDescriptions(t *testing.T, resource string, fields int) {
	t.Helper()
	client, err := discovery.NewDiscoveryClientForConfig(world.env.Config)
	must(t, err)
	paths, err := client.OpenAPIV3().Paths()
	must(t, err)
	text, err := paths["apis/im.imgroup.dev/v1alpha1"].Schema("application/json")
	must(t, err)
	var published struct {
		Components struct{ Schemas map[string]node }
	}
	must(t, json.Unmarshal(text, &published))
	walked := 0
	for _, schema := range published.Components.Schemas {
		if len(schema.Kinds) == 1 && strings.EqualFold(schema.Kinds[0].Kind, resource) {
			for _, part := range []string{"spec", "status"} {
				walked += walk(t, resource+"."+part, schema.Properties[part])
			}
		}
	}
	if walked < fields {
		t.Errorf("%s: the walk met %d fields, kubectl explain tells of %d", resource, walked, fields)
	}
}

func walk(t *testing.T, path string, n node) (fields int) {
	t.Helper()
	if strings.TrimSpace(n.Description) == "" {
		t.Errorf("%s has no description", path)
	}
	inner := n.Properties
	if n.Items != nil {
		inner = n.Items.Properties
	}
	fields = 1
	for name, field := range inner {
		fields += walk(t, path+"."+name, field)
	}
	return fields
}
