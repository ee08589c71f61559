// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

// newNamespace makes a namespace of its own for a test.
func newNamespace(t *testing.T) string {
	t.Helper()
	ns := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "e2e-"}}
	create(t, ns)
	return ns.Name
}

// newApp makes an IMApp with its Secret.
func newApp(t *testing.T, namespace, name string, edit ...func(*imv1alpha1.IMAppSpec)) *imv1alpha1.IMApp {
	t.Helper()
	newSecret(t, namespace, name, map[string]string{"token": token})
	app := signedApp(namespace, name, edit...)
	create(t, app)
	return app
}

// signedApp is an IMApp whose Secret has its own name.
func signedApp(namespace, name string, edit ...func(*imv1alpha1.IMAppSpec)) *imv1alpha1.IMApp {
	app := &imv1alpha1.IMApp{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name},
		Spec: imv1alpha1.IMAppSpec{SDKAppID: sdkAppID,
			Callback: imv1alpha1.IMAppCallback{TokenSecretRef: &imv1alpha1.SecretReference{Name: name}}}}
	for _, f := range edit {
		f(&app.Spec)
	}
	return app
}

// declaredOnly lets an app fill only the IMGroups that somebody declared.
func declaredOnly(s *imv1alpha1.IMAppSpec) {
	s.Groups = &imv1alpha1.IMAppGroups{CreationPolicy: imv1alpha1.CreateDeclared}
}

func newSecret(t *testing.T, namespace, name string, data map[string]string) *corev1.Secret {
	t.Helper()
	s := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}, StringData: data}
	create(t, s)
	return s
}

// declare makes an IMGroup as a user does.
func declare(t *testing.T, namespace, name, app, groupID string) *imv1alpha1.IMGroup {
	t.Helper()
	g := &imv1alpha1.IMGroup{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name},
		Spec: imv1alpha1.IMGroupSpec{AppRef: imv1alpha1.AppReference{Name: app}, GroupID: groupID}}
	create(t, g)
	return g
}

func create(t *testing.T, o client.Object) {
	t.Helper()
	if err := world.admin.Create(t.Context(), o); err != nil {
		t.Fatal(err)
	}
}

// update changes an object as it is now.
func update[T client.Object](t *testing.T, o T, change func(T)) {
	t.Helper()
	before := o.DeepCopyObject().(client.Object)
	change(o)
	if err := world.admin.Patch(t.Context(), o, client.MergeFrom(before)); err != nil {
		t.Fatal(err)
	}
}

func remove(t *testing.T, o client.Object) {
	t.Helper()
	if err := world.admin.Delete(t.Context(), o); err != nil {
		t.Fatal(err)
	}
}

// listGroups lists the IMGroups of a namespace.
func listGroups(t *testing.T, namespace string) []imv1alpha1.IMGroup {
	t.Helper()
	var list imv1alpha1.IMGroupList
	if err := world.admin.List(t.Context(), &list, client.InNamespace(namespace)); err != nil {
		t.Fatal(err)
	}
	return list.Items
}

// groupWithID returns a namespace's only IMGroup of a group.
func groupWithID(t *testing.T, namespace, groupID string) (imv1alpha1.IMGroup, error) {
	t.Helper()
	var found []imv1alpha1.IMGroup
	for _, g := range listGroups(t, namespace) {
		if g.Spec.GroupID == groupID {
			found = append(found, g)
		}
	}
	if len(found) != 1 {
		return imv1alpha1.IMGroup{}, fmt.Errorf("%d IMGroups of %q", len(found), groupID)
	}
	return found[0], nil
}

// awaitGroup waits for the only IMGroup of a group to pass a check, and returns it.
func awaitGroup(t *testing.T, namespace, groupID, what string, check func(imv1alpha1.IMGroup) error) (g imv1alpha1.IMGroup) {
	t.Helper()
	eventually(t, groupID+" "+what, func() (err error) {
		if g, err = groupWithID(t, namespace, groupID); err != nil {
			return err
		}
		return check(g)
	})
	return g
}

func getGroup(t *testing.T, namespace, name string) imv1alpha1.IMGroup {
	t.Helper()
	var g imv1alpha1.IMGroup
	if err := world.admin.Get(t.Context(), types.NamespacedName{Namespace: namespace, Name: name}, &g); err != nil {
		t.Fatal(err)
	}
	return g
}

func getApp(t *testing.T, namespace, name string) imv1alpha1.IMApp {
	t.Helper()
	var a imv1alpha1.IMApp
	if err := world.admin.Get(t.Context(), types.NamespacedName{Namespace: namespace, Name: name}, &a); err != nil {
		t.Fatal(err)
	}
	return a
}

// conditionsOf puts conditions into words: "Ready=True/Tracking".
func conditionsOf(conditions []metav1.Condition) []string {
	var words []string
	for _, c := range conditions {
		words = append(words, c.Type+"="+string(c.Status)+"/"+c.Reason)
	}
	slices.Sort(words)
	return words
}

// hasConditions tells whether conditions, in words, are among those given.
func hasConditions(conditions []metav1.Condition, want ...string) error {
	got := conditionsOf(conditions)
	for _, w := range want {
		if !slices.Contains(got, w) {
			return fmt.Errorf("no %s in %s", w, strings.Join(got, " "))
		}
	}
	return nil
}

// awaitApp waits until an IMApp has conditions, and returns it.
func awaitApp(t *testing.T, namespace, name string, want ...string) (app imv1alpha1.IMApp) {
	t.Helper()
	eventually(t, "IMApp "+name+" has "+strings.Join(want, " "), func() error {
		app = getApp(t, namespace, name)
		return hasConditions(app.Status.Conditions, want...)
	})
	return app
}

// is tells whether an optional text has a value.
func is(what string, got *string, want string) error {
	if got == nil || *got != want {
		return fmt.Errorf("%s is %s, want %q", what, words(got), want)
	}
	return nil
}

func words(s *string) string {
	if s == nil {
		return "not known"
	}
	return fmt.Sprintf("%q", *s)
}

func newUnstructured(kind schema.GroupVersionKind) *unstructured.Unstructured {
	o := &unstructured.Unstructured{}
	o.SetGroupVersionKind(kind)
	return o
}

// replaceSecret makes a Secret's StringData all of its data.
func replaceSecret(t *testing.T, s *corev1.Secret) {
	t.Helper()
	s.Data = nil
	if err := world.admin.Update(t.Context(), s); err != nil {
		t.Fatal(err)
	}
}

// requestTime is a callback's time of now.
func requestTime() string { return strconv.FormatInt(time.Now().Unix(), 10) }
