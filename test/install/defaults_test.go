// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package install

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// checkNothingIsAdded sees that what the applier owns as a whole, such as the list of an HTTPRoute's parents, is as the
// manifest says it: a default of the API server in there would be a difference to Git for tools that do not know the default.
func checkNothingIsAdded(t *testing.T, said, applied *unstructured.Unstructured) {
	t.Helper()
	for _, entry := range applied.GetManagedFields() {
		if entry.Manager == manager {
			var owned map[string]any
			must(t, json.Unmarshal(entry.FieldsV1.GetRawBytes(), &owned))
			checkOwned(t, said.GetKind()+" "+said.GetName(), owned, said.Object, applied.Object)
		}
	}
}

// noStatus leaves out that of a StatefulSet's claim templates, which no manifest has.
var noStatus = cmpopts.IgnoreMapEntries(func(key string, _ any) bool { return key == "status" })

// checkOwned goes down to the fields that are owned as a whole.
func checkOwned(t *testing.T, path string, owned map[string]any, said, applied any) {
	t.Helper()
	for field, below := range owned {
		under := below.(map[string]any)
		saidOf, found := member(said, field)
		appliedOf, stays := member(applied, field)
		switch {
		case !found || !stays: // "." is the item itself; a value of a set is as it is
		case len(under) > 0:
			checkOwned(t, path+" "+field, under, saidOf, appliedOf)
		default:
			if diff := cmp.Diff(saidOf, appliedOf, noStatus); diff != "" {
				t.Errorf("%s %s: the API server adds defaults (-said +applied):\n%s", path, field, diff)
			}
		}
	}
}

// member is a field, f:NAME, or the item of a list with certain keys, k:{...}; the API server may have added keys.
func member(of any, field string) (value any, found bool) {
	kind, name, _ := strings.Cut(field, ":")
	switch of := of.(type) {
	case map[string]any:
		value, found = of[name]
		return value, found && kind == "f"
	case []any:
		var keys map[string]any
		if kind != "k" || json.Unmarshal([]byte(name), &keys) != nil {
			return nil, false
		}
		for _, item := range of {
			if fits(item.(map[string]any), keys) {
				return item, true
			}
		}
	}
	return nil, false
}

func fits(item, keys map[string]any) bool {
	for key, want := range keys {
		if got, is := item[key]; is && sprint(got) != sprint(want) {
			return false
		}
	}
	return true
}
