// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package gitops

import (
	"strings"
	"testing"
)

func TestKubectlExplainsEveryField(t *testing.T) {
	t.Parallel()
	for resource, some := range map[string][]string{
		"imapp": {"spec.callback.tokenSecretRef.name", "spec.groups.destroyedRetentionSeconds", "spec.rest.customFieldKeys",
			"status.conditions.observedGeneration", "status.resync.watermark"},
		"imgroup": {"spec.appRef.name", "spec.groupID", "status.fieldTimes", "status.lastChange.fields", "status.customFields"},
	} {
		paths := fieldsOf(kubectl(t, "default", "", "explain", resource, "--recursive"))
		if len(paths) < 25 {
			t.Errorf("%s has only %d fields", resource, len(paths))
		}
		seen := strings.Join(paths, "\n") + "\n"
		for _, path := range some {
			if !strings.Contains(seen, path+"\n") {
				t.Errorf("kubectl explain %s --recursive has no %s", resource, path)
			}
		}
		for _, path := range append(some, "") {
			text := kubectl(t, "default", "", "explain", strings.TrimSuffix(resource+"."+path, "."))
			_, description, found := strings.Cut(text, "DESCRIPTION:\n")
			if !found || strings.TrimSpace(description) == "" || strings.Contains(text, "<empty>") {
				t.Errorf("kubectl explain %s.%s prints\n%s", resource, path, text)
			}
		}
		checkDescriptions(t, resource, len(paths))
	}
}

// fieldsOf reads the paths of the fields in the tree that kubectl explain --recursive prints.
func fieldsOf(explained string) (paths []string) {
	_, tree, _ := strings.Cut(explained, "FIELDS:\n")
	var stack []string
	for line := range strings.Lines(tree) {
		name, _, isField := strings.Cut(strings.TrimSpace(line), "\t")
		if !isField {
			continue
		}
		depth := (len(line)-len(strings.TrimLeft(line, " ")))/2 - 1
		if stack = append(stack[:min(depth, len(stack))], name); stack[0] == "spec" || stack[0] == "status" {
			paths = append(paths, strings.Join(stack, "."))
		}
	}
	return paths
}
