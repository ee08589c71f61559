// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package install

import (
	"fmt"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/imgroup-operator/imgroup-operator/test/harness"
)

var (
	must       = harness.Must
	eventually = harness.Eventually
	differs    = harness.Differs
)

func sprint(v any) string              { return fmt.Sprintf("%+v", v) }
func itoa(n int32) string              { return fmt.Sprint(n) }
func ref[T any](v T) *T                { return &v }
func is(got *string, want string) bool { return got != nil && *got == want }

func newNamespace(t *testing.T) string {
	t.Helper()
	ns := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "install-"}}
	create(t, ns)
	return ns.Name
}

// haveNamespace makes a namespace unless it is there.
func haveNamespace(t *testing.T, name string) {
	t.Helper()
	err := world.admin.Create(t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}})
	must(t, client.IgnoreAlreadyExists(err))
}

func create(t *testing.T, o client.Object) {
	t.Helper()
	must(t, world.admin.Create(t.Context(), o))
}

// update changes an object as it is now.
func update[T client.Object](t *testing.T, o T, change func(T)) {
	t.Helper()
	must(t, world.admin.Get(t.Context(), client.ObjectKeyFromObject(o), o))
	before := o.DeepCopyObject().(client.Object)
	change(o)
	must(t, world.admin.Patch(t.Context(), o, client.MergeFrom(before)))
}

func toUnstructured(t *testing.T, o runtime.Object) *unstructured.Unstructured {
	t.Helper()
	fields, err := runtime.DefaultUnstructuredConverter.ToUnstructured(o)
	must(t, err)
	unstructured.RemoveNestedField(fields, "status") // an apply names no status
	return &unstructured.Unstructured{Object: fields}
}
