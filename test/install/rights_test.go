// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package install

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	authorizationv1 "k8s.io/api/authorization/v1"
	rbacv1 "k8s.io/api/rbac/v1"
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
	var accounts bundle
	for _, o := range b {
		switch o.GetKind() {
		case "Namespace", "ServiceAccount", "Role", "ClusterRole", "RoleBinding", "ClusterRoleBinding":
			accounts = append(accounts, o)
		}
	}
	newApplier(t).install(t, accounts)
	b.awaitRights(t)
}

// awaitRights waits until the API server knows all rights of the bundle.
func (b bundle) awaitRights(t *testing.T) {
	t.Helper()
	for _, r := range all[rbacv1.RoleBinding](t, b, "RoleBinding") {
		awaitRight(t, r.Subjects[0], r.Namespace, b.rules(t, r.RoleRef, r.Namespace)[0], true)
	}
	for _, r := range all[rbacv1.ClusterRoleBinding](t, b, "ClusterRoleBinding") {
		awaitRight(t, r.Subjects[0], "", b.rules(t, r.RoleRef, "")[0], true)
	}
}

// account is the ServiceAccount that the bundle's operator has.
func (b bundle) account(t *testing.T) rbacv1.Subject {
	t.Helper()
	set := one[appsv1.StatefulSet](t, b, "StatefulSet")
	return rbacv1.Subject{Kind: "ServiceAccount", Namespace: set.Namespace, Name: set.Spec.Template.Spec.ServiceAccountName}
}

// awaitRight waits until a ServiceAccount may do what a rule says in a namespace, or may not any more; "" are all of them.
func awaitRight(t *testing.T, who rbacv1.Subject, namespace string, rule rbacv1.PolicyRule, allowed bool) {
	t.Helper()
	eventually(t, fmt.Sprintf("%s/%s: %v in %q: %t", who.Namespace, who.Name, rule, namespace, allowed), func() error {
		if may(t, who, namespace, rule) != allowed {
			return errors.New("not yet")
		}
		return nil
	})
}

// may asks the API server.
func may(t *testing.T, who rbacv1.Subject, namespace string, rule rbacv1.PolicyRule) bool {
	t.Helper()
	review := &authorizationv1.SubjectAccessReview{Spec: authorizationv1.SubjectAccessReviewSpec{
		User:   "system:serviceaccount:" + who.Namespace + ":" + who.Name,
		Groups: []string{"system:serviceaccounts", "system:serviceaccounts:" + who.Namespace, "system:authenticated"},
	}}
	if len(rule.NonResourceURLs) > 0 {
		review.Spec.NonResourceAttributes = &authorizationv1.NonResourceAttributes{Path: rule.NonResourceURLs[0], Verb: rule.Verbs[0]}
	} else {
		resource, sub, _ := strings.Cut(rule.Resources[0], "/")
		review.Spec.ResourceAttributes = &authorizationv1.ResourceAttributes{Namespace: namespace, Verb: rule.Verbs[0],
			Group: rule.APIGroups[0], Resource: resource, Subresource: sub}
	}
	must(t, world.admin.Create(t.Context(), review))
	return review.Status.Allowed
}
