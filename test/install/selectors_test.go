// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package install

import (
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	networkingv1 "k8s.io/api/networking/v1"
	policyv1 "k8s.io/api/policy/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

func selects(selector, labels map[string]string) bool {
	for k, v := range selector {
		if labels[k] != v {
			return false
		}
	}
	return len(selector) > 0
}

func checkSelectors(t *testing.T, b bundle, set appsv1.StatefulSet) {
	t.Helper()
	labels := set.Spec.Template.Labels
	policy := one[networkingv1.NetworkPolicy](t, b, "NetworkPolicy")
	if !selects(policy.Spec.PodSelector.MatchLabels, labels) {
		t.Error("the NetworkPolicy selects no Pod")
	}
	budgets := all[policyv1.PodDisruptionBudget](t, b, "PodDisruptionBudget")
	if len(budgets) != int(*set.Spec.Replicas)-1 || len(budgets) == 1 && !selects(budgets[0].Spec.Selector.MatchLabels, labels) {
		t.Errorf("%d replicas and the budgets %+v", *set.Spec.Replicas, budgets)
	}
}

// checkPolicy sees that the NetworkPolicy lets through what docs/install.md says.
func checkPolicy(t *testing.T, b bundle) {
	t.Helper()
	var in, out []networkingv1.NetworkPolicyPort
	policy := one[networkingv1.NetworkPolicy](t, b, "NetworkPolicy")
	for _, rule := range policy.Spec.Ingress {
		in = append(in, rule.Ports...)
	}
	for _, rule := range policy.Spec.Egress {
		out = append(out, rule.Ports...)
	}
	must(t, differs([]string{"callbacks/TCP", "metrics/TCP"}, portNames(in)))
	must(t, differs([]string{"53/UDP", "53/TCP", "5353/UDP", "5353/TCP", "8053/UDP", "8053/TCP", "443/TCP", "6443/TCP", "8443/TCP", "16443/TCP"},
		portNames(out)))
}

func portNames(ports []networkingv1.NetworkPolicyPort) (names []string) {
	for _, p := range ports {
		names = append(names, p.Port.String()+"/"+string(*p.Protocol))
	}
	return names
}

func checkBindings(t *testing.T, b bundle) {
	t.Helper()
	roles := all[rbacv1.RoleBinding](t, b, "RoleBinding")
	for _, c := range all[rbacv1.ClusterRoleBinding](t, b, "ClusterRoleBinding") {
		roles = append(roles, rbacv1.RoleBinding{ObjectMeta: c.ObjectMeta, RoleRef: c.RoleRef, Subjects: c.Subjects})
	}
	for _, r := range roles {
		s := r.Subjects[0]
		if b.named(r.RoleRef.Kind, r.Namespace, r.RoleRef.Name) == nil || b.named(s.Kind, s.Namespace, s.Name) == nil {
			t.Errorf("the binding %s/%s is of something that is not there", r.Namespace, r.Name)
		}
	}
	for _, o := range b {
		rules, _, err := unstructured.NestedSlice(o.Object, "rules")
		must(t, err)
		if strings.HasSuffix(o.GetKind(), "Role") && strings.Contains(sprint(rules), "*") {
			t.Errorf("%s %s has a wildcard", o.GetKind(), o.GetName())
		}
	}
}
