// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package check

import (
	"context"
	"reflect"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/cluster"
)

// definitions are the CRDs with the types that the plugin knows.
var definitions = []struct {
	name         string
	spec, status any
}{
	{"imapps.im.imgroup.dev", imv1alpha1.IMAppSpec{}, imv1alpha1.IMAppStatus{}},
	{"imgroups.im.imgroup.dev", imv1alpha1.IMGroupSpec{}, imv1alpha1.IMGroupStatus{}},
}

// crds compares the definitions in the cluster with the types of the plugin.
func crds(ctx context.Context, k *cluster.Cluster) (all []finding) {
	for _, d := range definitions {
		f := finding{Check: "crd", Of: d.name}
		crd := &unstructured.Unstructured{}
		crd.SetGroupVersionKind(cluster.CRD)
		if err := k.Get(ctx, client.ObjectKey{Name: d.name}, crd); err != nil {
			all = append(all, f.unread(err))
			continue
		}
		all = append(all, f.compared(crd, d.spec, d.status))
	}
	return all
}

func (f finding) compared(crd *unstructured.Unstructured, spec, status any) finding {
	properties := served(crd)
	if properties == nil {
		return f.with(failure, "%s is not served", imv1alpha1.GroupVersion.Version)
	}
	var older, newer []string
	for part, known := range map[string]any{"spec": spec, "status": status} {
		there, _, _ := unstructured.NestedMap(properties, part, "properties")
		names := jsonNames(reflect.TypeOf(known))
		for _, name := range names {
			if there[name] == nil {
				older = append(older, part+"."+name)
			}
		}
		for name := range there {
			if !slices.Contains(names, name) {
				newer = append(newer, part+"."+name)
			}
		}
	}
	slices.Sort(older)
	slices.Sort(newer)
	switch {
	case len(older) > 0:
		return f.with(failure, "it is older than the plugin: it has no %s. Apply the CRDs of the release", strings.Join(older, ", "))
	case len(newer) > 0:
		return f.with(warning, "it is newer than the plugin, which does not know %s", strings.Join(newer, ", "))
	}
	return f.with(ok, "%s, as the plugin knows it", imv1alpha1.GroupVersion.Version)
}

// served is the schema of the version that the plugin speaks, nil if it is not served.
func served(crd *unstructured.Unstructured) map[string]any {
	versions, _, _ := unstructured.NestedSlice(crd.Object, "spec", "versions")
	for _, v := range versions {
		version, _ := v.(map[string]any)
		if version["name"] == imv1alpha1.GroupVersion.Version && version["served"] == true {
			properties, _, _ := unstructured.NestedMap(version, "schema", "openAPIV3Schema", "properties")
			return properties
		}
	}
	return nil
}

// jsonNames are the fields of a type.
func jsonNames(t reflect.Type) (names []string) {
	for i := range t.NumField() {
		name, _, _ := strings.Cut(t.Field(i).Tag.Get("json"), ",")
		names = append(names, name)
	}
	return names
}
