// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package install

import (
	"context"
	"fmt"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

// deed is something that a person may want to do in a namespace, and the first of the three roles that allows it.
type deed struct {
	name string
	from string // "" is none of them
	do   func(ctx context.Context, c client.Client, namespace string) error
}

var deeds = []deed{
	{"list IMGroups", "imgroup-viewer", func(ctx context.Context, c client.Client, ns string) error {
		return c.List(ctx, &imv1alpha1.IMGroupList{}, client.InNamespace(ns))
	}},
	{"read an IMApp", "imgroup-viewer", func(ctx context.Context, c client.Client, ns string) error {
		return c.Get(ctx, client.ObjectKeyFromObject(appIn(ns)), &imv1alpha1.IMApp{})
	}},
	{"declare a group", "imgroup-editor", func(ctx context.Context, c client.Client, ns string) error {
		g := groupIn(ns)
		g.Name = "another"
		return c.Create(ctx, g, client.DryRunAll)
	}},
	{"have a group fetched anew", "imgroup-editor", func(ctx context.Context, c client.Client, ns string) error {
		return c.Patch(ctx, groupIn(ns), resyncRequest(), client.DryRunAll)
	}},
	{"delete a group", "imgroup-editor", func(ctx context.Context, c client.Client, ns string) error {
		return c.Delete(ctx, groupIn(ns), client.DryRunAll)
	}},
	{"request the resync of an app", "imgroup-admin", func(ctx context.Context, c client.Client, ns string) error {
		return c.Patch(ctx, appIn(ns), resyncRequest(), client.DryRunAll)
	}},
	{"turn signatures off", "imgroup-admin", func(ctx context.Context, c client.Client, ns string) error {
		return c.Patch(ctx, appIn(ns), merge(`{"spec":{"callback":{"allowUnsigned":true,"tokenSecretRef":null}}}`), client.DryRunAll)
	}},
	{"delete an app", "imgroup-admin", func(ctx context.Context, c client.Client, ns string) error {
		return c.Delete(ctx, appIn(ns), client.DryRunAll)
	}},
	{"write a group's status", "", func(ctx context.Context, c client.Client, ns string) error {
		return c.Status().Patch(ctx, groupIn(ns), merge(`{"status":{"name":"forged"}}`))
	}},
	{"write an app's status", "", func(ctx context.Context, c client.Client, ns string) error {
		return c.Status().Patch(ctx, appIn(ns), merge(`{"status":{"callbackPath":"/forged"}}`))
	}},
	{"read a Secret", "", func(ctx context.Context, c client.Client, ns string) error {
		return c.Get(ctx, client.ObjectKey{Namespace: ns, Name: "token"}, &corev1.Secret{})
	}},
	{"list the IMGroups of all namespaces", "", func(ctx context.Context, c client.Client, _ string) error {
		return c.List(ctx, &imv1alpha1.IMGroupList{})
	}},
}

func merge(json string) client.Patch {
	return client.RawPatch("application/merge-patch+json", []byte(json))
}

func resyncRequest() client.Patch {
	return merge(fmt.Sprintf(`{"metadata":{"annotations":{%q:%q}}}`, imv1alpha1.AnnotationResyncRequestedAt, time.Now().Format(time.RFC3339)))
}

func appIn(ns string) *imv1alpha1.IMApp {
	return &imv1alpha1.IMApp{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: appName},
		Spec: imv1alpha1.IMAppSpec{SDKAppID: sdkAppID, Callback: imv1alpha1.IMAppCallback{TokenSecretRef: &imv1alpha1.SecretReference{Name: "token"}}}}
}

func groupIn(ns string) *imv1alpha1.IMGroup {
	return &imv1alpha1.IMGroup{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: "ops"},
		Spec: imv1alpha1.IMGroupSpec{AppRef: imv1alpha1.AppReference{Name: appName}, GroupID: "ops"}}
}

// Each role does what those before it do, and no more than its own deeds.
func TestWhatPeopleMayDo(t *testing.T) {
	newApplier(t).install(t, onlyRoles(build(t, "config/default")))
	ns := newNamespace(t)
	create(t, appIn(ns))
	create(t, groupIn(ns))
	roles := []string{"", "imgroup-viewer", "imgroup-editor", "imgroup-admin"}
	for i, role := range roles {
		person := personWith(t, ns, role)
		for _, d := range deeds {
			allowed := false
			for _, r := range roles[1 : i+1] {
				allowed = allowed || d.from == r
			}
			err := d.do(t.Context(), person, ns)
			if allowed && err != nil || !allowed && !apierrors.IsForbidden(err) {
				t.Errorf("%q may %s: want %t, got %v", role, d.name, allowed, err)
			}
		}
	}
}

// onlyRoles are the ClusterRoles for people.
func onlyRoles(b bundle) (roles bundle) {
	for _, name := range []string{"imgroup-viewer", "imgroup-editor", "imgroup-admin"} {
		roles = append(roles, b.named("ClusterRole", "", name))
	}
	return roles
}

// personWith makes a user with one role in one namespace, and waits until the API server knows it.
func personWith(t *testing.T, ns, role string) client.Client {
	t.Helper()
	name := "person-" + role
	config, err := world.env.User(name)
	must(t, err)
	c, err := client.New(config, client.Options{Scheme: world.admin.Scheme()})
	must(t, err)
	if role == "" {
		return c
	}
	create(t, &rbacv1.RoleBinding{ObjectMeta: metav1.ObjectMeta{Namespace: ns, Name: role},
		RoleRef:  rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: role},
		Subjects: []rbacv1.Subject{{APIGroup: rbacv1.GroupName, Kind: "User", Name: name}}})
	eventually(t, name+" has its rights", func() error { return c.List(t.Context(), &imv1alpha1.IMAppList{}, client.InNamespace(ns)) })
	return c
}

// The API server's own roles say what they take in. Without the component they take in none of ours.
func TestTheComponentAggregatesTheRolesForPeople(t *testing.T) {
	with, without := build(t, overlay(t, []string{"aggregate"})), build(t, "config/default")
	for ours, theirs := range map[string]string{"imgroup-viewer": "view", "imgroup-editor": "edit", "imgroup-admin": "admin"} {
		role := &rbacv1.ClusterRole{}
		must(t, world.admin.Get(t.Context(), client.ObjectKey{Name: theirs}, role))
		takes, err := metav1.LabelSelectorAsSelector(&role.AggregationRule.ClusterRoleSelectors[0])
		must(t, err)
		if !takes.Matches(labels.Set(with.named("ClusterRole", "", ours).GetLabels())) {
			t.Errorf("%s does not take in %s", theirs, ours)
		}
		if takes.Matches(labels.Set(without.named("ClusterRole", "", ours).GetLabels())) {
			t.Errorf("%s takes in %s without the component", theirs, ours)
		}
	}
}
