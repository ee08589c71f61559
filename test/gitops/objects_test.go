// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package gitops

import (
	"fmt"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

// newNamespace makes a namespace of its own for a test.
func newNamespace(t *testing.T) string {
	t.Helper()
	ns := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "gitops-"}}
	must(t, world.admin.Create(t.Context(), ns))
	return ns.Name
}

// appYAML is an IMApp whose Secret has its own name; more is added to its spec.
func appYAML(name, more string) string {
	return fmt.Sprintf(`apiVersion: im.imgroup.dev/v1alpha1
kind: IMApp
metadata: {name: %s}
spec:
  sdkAppID: %d
  callback: {tokenSecretRef: {name: %s}}
%s`, name, sdkAppID, name, more)
}

// groupYAML declares an IMGroup.
func groupYAML(name, app, groupID string) string {
	return fmt.Sprintf(`apiVersion: im.imgroup.dev/v1alpha1
kind: IMGroup
metadata: {name: %s}
spec:
  appRef: {name: %s}
  groupID: %q
`, name, app, groupID)
}

// apply applies a manifest as a GitOps tool does.
func apply(t *testing.T, namespace, manifest string) {
	t.Helper()
	kubectl(t, namespace, manifest, "apply", "--server-side", "--field-manager=git", "-f", "-")
}

// newSecret makes a Secret; an app reads the key token.
func newSecret(t *testing.T, namespace, name string, data map[string]string) {
	t.Helper()
	must(t, world.admin.Create(t.Context(), &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}, StringData: data}))
}

// newApp applies an IMApp with its Secret and waits until it is ready.
func newApp(t *testing.T, namespace, name, more string) {
	t.Helper()
	newSecret(t, namespace, name, map[string]string{"token": token})
	apply(t, namespace, appYAML(name, more))
	kubectl(t, namespace, "", "wait", "imapp", name, "--for=condition=Ready", "--timeout=60s")
}

// live reads an object as the API server has it.
func live(t *testing.T, namespace, kind, name string) *unstructured.Unstructured {
	t.Helper()
	o := &unstructured.Unstructured{}
	o.SetGroupVersionKind(imv1alpha1.GroupVersion.WithKind(kind))
	must(t, world.admin.Get(t.Context(), client.ObjectKey{Namespace: namespace, Name: name}, o))
	return o
}

// everyText tells all that there is to know of a group, so that it becomes Synced.
func everyText(groupID string, eventTime int, name string) fakeim.Body {
	return fakeim.InfoChanged(groupID, eventTime, fakeim.Body{"Name": name, "Introduction": "on-call", "Notification": "hello",
		"FaceUrl": "https://cdn.example.com/ops.png"})
}

// awaitGroup waits with kubectl for an IMGroup that may not be there yet.
func awaitGroup(t *testing.T, namespace, name, condition string) {
	t.Helper()
	for _, what := range []string{"create", condition} {
		kubectl(t, namespace, "", "wait", "imgroup", name, "--for="+what, "--timeout=60s")
	}
}
