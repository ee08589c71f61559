// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package install

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	authorizationv1 "k8s.io/api/authorization/v1"
	rbacv1 "k8s.io/api/rbac/v1"

	"github.com/imgroup-operator/imgroup-operator/test/harness"
)

// rights are the verbs and resources that the bundle gives the operator, each with its name if it is for one object.
func (b bundle) rights(t *testing.T) []string {
	t.Helper()
	var rules []rbacv1.PolicyRule
	for _, r := range all[rbacv1.RoleBinding](t, b, "RoleBinding") {
		rules = append(rules, b.rules(t, r.RoleRef, r.Namespace)...)
	}
	for _, r := range all[rbacv1.ClusterRoleBinding](t, b, "ClusterRoleBinding") {
		rules = append(rules, b.rules(t, r.RoleRef, "")...)
	}
	var words []string
	for _, rule := range rules {
		for _, verb := range rule.Verbs {
			for _, resource := range rule.Resources {
				s := word(verb, rule.APIGroups[0], resource)
				words = append(words, strings.TrimSpace(s+" "+strings.Join(rule.ResourceNames, " ")))
			}
		}
	}
	slices.Sort(words)
	return slices.Compact(words)
}

func (b bundle) rules(t *testing.T, to rbacv1.RoleRef, namespace string) []rbacv1.PolicyRule {
	t.Helper()
	for _, r := range all[rbacv1.Role](t, b, to.Kind) { // a ClusterRole's rules are in the same place
		if r.Name == to.Name && (r.Namespace == namespace || r.Namespace == "") {
			return r.Rules
		}
	}
	t.Fatalf("no %s %s", to.Kind, to.Name)
	return nil
}

// grant applies the bundle's ServiceAccount and rights until the end of the test, and waits for the API server to know
// them.
func (b bundle) grant(t *testing.T) {
	t.Helper()
	a := newApplier(t)
	for _, o := range b {
		switch o.GetKind() {
		case "ServiceAccount", "Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding":
			a.prepare(t, o)
			must(t, a.apply(t.Context(), o))
			t.Cleanup(func() { _ = world.admin.Delete(context.WithoutCancel(t.Context()), o) })
		}
	}
	for _, r := range all[rbacv1.RoleBinding](t, b, "RoleBinding") {
		awaitRight(t, r.Namespace, b.rules(t, r.RoleRef, r.Namespace)[0], true)
	}
	for _, r := range all[rbacv1.ClusterRoleBinding](t, b, "ClusterRoleBinding") {
		awaitRight(t, "", b.rules(t, r.RoleRef, "")[0], true)
	}
}

// awaitRight waits until the operator may do what a rule says in a namespace, or may not any more; "" are all of them.
func awaitRight(t *testing.T, namespace string, rule rbacv1.PolicyRule, allowed bool) {
	t.Helper()
	review := &authorizationv1.SubjectAccessReview{Spec: authorizationv1.SubjectAccessReviewSpec{
		User:   "system:serviceaccount:" + harness.SystemNamespace + ":" + harness.ServiceAccount,
		Groups: []string{"system:serviceaccounts", "system:authenticated"},
		ResourceAttributes: &authorizationv1.ResourceAttributes{Namespace: namespace, Verb: rule.Verbs[0],
			Group: rule.APIGroups[0], Resource: rule.Resources[0]},
	}}
	eventually(t, fmt.Sprintf("%v in %q: %t", rule, namespace, allowed), func() error {
		must(t, world.admin.Create(t.Context(), review))
		if review.Status.Allowed != allowed {
			return errors.New("not yet")
		}
		return nil
	})
}
