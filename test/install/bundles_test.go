// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package install

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/imgroup-operator/imgroup-operator/test/harness"
)

// combinations are more than two components that users may want together.
var combinations = [][]string{
	{"ingress", "prometheus", "grafana"},
	{"gateway-api", "prometheus", "grafana"},
	{"ephemeral-journal", "single-replica", "ingress"},
	{"namespaced", "single-replica", "gateway-api"},
	{"cert-manager", "prometheus", "grafana", "ephemeral-journal", "single-replica", "namespaced"},
}

// bundles are all that users may apply: config/default, each component, each pair, combinations of more, and the file.
func bundles(t *testing.T) map[string]bundle {
	t.Helper()
	installer, err := os.ReadFile(root + "/dist/install.yaml")
	must(t, err)
	found := map[string]bundle{"default": build(t, "config/default"), "dist/install.yaml": parse(t, installer)}
	for _, components := range slices.Concat(singles(t), pairs(t), combinations) {
		found[strings.Join(components, " ")] = build(t, overlay(t, components))
	}
	return found
}

func singles(t *testing.T) [][]string {
	t.Helper()
	dirs, err := os.ReadDir(filepath.Join(world.tree, "config", "components"))
	must(t, err)
	var found [][]string
	for _, d := range dirs {
		found = append(found, []string{d.Name()})
	}
	if len(found) < 8 {
		t.Fatalf("only the components %v", found)
	}
	return found
}

// pairs are every two components but those that cannot work together: an HTTPRoute speaks no TLS to the operator.
func pairs(t *testing.T) (found [][]string) {
	t.Helper()
	components := slices.Concat(singles(t)...)
	for i, a := range components {
		for _, b := range components[i+1:] {
			if a != "cert-manager" || b != "gateway-api" {
				found = append(found, []string{a, b})
			}
		}
	}
	return found
}

func TestEveryKustomizationBuilds(t *testing.T) {
	err := filepath.WalkDir(filepath.Join(world.tree, "config"), func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Base(path) != "kustomization.yaml" {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil || strings.Contains(string(text), "kind: Component") {
			return err // they build on top of another one, below
		}
		dir, err := filepath.Rel(world.tree, filepath.Dir(path))
		if len(build(t, dir)) == 0 {
			t.Errorf("%s makes nothing", dir)
		}
		return err
	})
	must(t, err)
}

func TestTheInstallerIsTheDefault(t *testing.T) {
	text, err := os.ReadFile(root + "/dist/install.yaml")
	must(t, err)
	must(t, differs(build(t, "config/default"), parse(t, text)))
}

func TestTheAPIServerAcceptsEveryBundleWithoutAWarning(t *testing.T) {
	a := newApplier(t)
	for name, b := range bundles(t) {
		t.Run(name, func(t *testing.T) {
			a.accepts(t, b)
			a.accepts(t, bundle{podOf(t, b)})
			if ns := b.named("Namespace", "", harness.SystemNamespace); ns.GetLabels()["pod-security.kubernetes.io/enforce"] != "restricted" {
				t.Error("the namespace does not enforce the restricted profile")
			}
		})
	}
}

// podOf is a Pod as the StatefulSet's controller makes it: only for Pods the restricted profile is enforced.
func podOf(t *testing.T, b bundle) *unstructured.Unstructured {
	t.Helper()
	set := one[appsv1.StatefulSet](t, b, "StatefulSet")
	pod := &corev1.Pod{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "Pod"},
		ObjectMeta: metav1.ObjectMeta{Namespace: set.Namespace, Name: set.Name + "-0", Labels: set.Spec.Template.Labels}, Spec: set.Spec.Template.Spec}
	for _, claim := range set.Spec.VolumeClaimTemplates {
		source := &corev1.PersistentVolumeClaimVolumeSource{ClaimName: claim.Name + "-" + pod.Name}
		pod.Spec.Volumes = append(pod.Spec.Volumes, corev1.Volume{Name: claim.Name, VolumeSource: corev1.VolumeSource{PersistentVolumeClaim: source}})
	}
	return toUnstructured(t, pod)
}

func TestWhatTheChecksMustFindIsFound(t *testing.T) {
	a := newApplier(t)
	b := build(t, "config/default")
	a.accepts(t, b[:1]) // the namespace
	set := b[slices.IndexFunc(b, func(o *unstructured.Unstructured) bool { return o.GetKind() == "StatefulSet" })]
	loose := set.DeepCopy()
	unstructured.RemoveNestedField(loose.Object, "spec", "template", "spec", "securityContext", "seccompProfile")
	must(t, a.apply(t.Context(), loose, client.DryRunAll))
	if said := a.said.take(); len(said) != 1 || !strings.Contains(said[0], "seccompProfile") {
		t.Errorf("a StatefulSet without a seccomp profile: %q", said)
	}
	pod := podOf(t, b)
	unstructured.RemoveNestedField(pod.Object, "spec", "securityContext", "runAsNonRoot")
	if err := a.apply(t.Context(), pod, client.DryRunAll); err == nil || !strings.Contains(err.Error(), "restricted") {
		t.Errorf("a Pod that may be root: %v", err)
	}
	must(t, unstructured.SetNestedField(set.Object, "2", "spec", "replica"))
	if err := a.apply(t.Context(), set, client.DryRunAll); err == nil || !strings.Contains(err.Error(), "replica") {
		t.Errorf("a field that does not exist: %v", err)
	}
}

func TestTheSamplesApply(t *testing.T) {
	a := newApplier(t)
	ns := newNamespace(t)
	for _, o := range build(t, "config/samples") {
		o.SetNamespace(ns)
		if err := a.apply(t.Context(), o); err != nil {
			t.Errorf("%s %s: %v", o.GetKind(), o.GetName(), err)
		}
	}
	if said := a.said.take(); len(said) > 0 {
		t.Errorf("the API server warns: %q", said)
	}
}
