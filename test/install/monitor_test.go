// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package install

import (
	"fmt"
	"strings"
	"testing"

	authenticationv1 "k8s.io/api/authentication/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/imgroup-operator/imgroup-operator/test/harness"
)

// monitor is what a ServiceMonitor says.
type monitor struct {
	Spec struct {
		Selector  struct{ MatchLabels map[string]string }
		Endpoints []endpoint
	}
}

type endpoint struct {
	Port, Scheme  string
	Authorization struct{ Credentials corev1.SecretKeySelector }
}

// checkMonitor sees that a ServiceMonitor finds one Service, by labels, and its port, by name; and that it scrapes with
// the token of a ServiceAccount that may read the metrics.
func checkMonitor(t *testing.T, b bundle) {
	t.Helper()
	for _, m := range all[monitor](t, b, "ServiceMonitor") {
		var found []string
		for _, s := range all[corev1.Service](t, b, "Service") {
			if selects(m.Spec.Selector.MatchLabels, s.Labels) {
				found = append(found, s.Spec.Ports[0].Name)
			}
		}
		must(t, differs([]string{m.Spec.Endpoints[0].Port}, found))
		checkReader(t, b, b.scraper(t))
	}
}

// scraper is the ServiceAccount whose token the bundle's ServiceMonitor names.
func (b bundle) scraper(t *testing.T) rbacv1.Subject {
	t.Helper()
	credentials := one[monitor](t, b, "ServiceMonitor").Spec.Endpoints[0].Authorization.Credentials
	for _, s := range all[corev1.Secret](t, b, "Secret") {
		if s.Name == credentials.Name && s.Type == corev1.SecretTypeServiceAccountToken && credentials.Key == corev1.ServiceAccountTokenKey {
			return rbacv1.Subject{Kind: "ServiceAccount", Namespace: s.Namespace, Name: s.Annotations[corev1.ServiceAccountNameKey]}
		}
	}
	t.Fatalf("no Secret has the token %+v", credentials)
	return rbacv1.Subject{}
}

// checkReader sees that a ServiceAccount is there, and has the right to read the metrics and no other.
func checkReader(t *testing.T, b bundle, who rbacv1.Subject) {
	t.Helper()
	if b.named(who.Kind, who.Namespace, who.Name) == nil {
		t.Errorf("the token is of no ServiceAccount: %+v", who)
	}
	var rules []rbacv1.PolicyRule
	for _, r := range all[rbacv1.ClusterRoleBinding](t, b, "ClusterRoleBinding") {
		if s := r.Subjects[0]; s.Namespace == who.Namespace && s.Name == who.Name {
			rules = append(rules, b.rules(t, r.RoleRef, "")...)
		}
	}
	must(t, differs([]rbacv1.PolicyRule{{NonResourceURLs: []string{"/metrics"}, Verbs: []string{"get"}}}, rules))
}

// With the component prometheus and nothing else the metrics can be scraped. No controller fills the Secret here, so the
// token is another one of the same ServiceAccount.
func TestTheMonitorsTokenReadsTheMetrics(t *testing.T) {
	b := build(t, overlay(t, []string{"prometheus"}))
	b.grant(t)
	o := start(t, b)
	for who, want := range map[rbacv1.Subject]int{b.scraper(t): 200, b.account(t): 403} {
		o.awaitMetrics(tokenOf(t, who.Namespace, who.Name), want)
	}
}

// tokenOf is a new token of a ServiceAccount.
func tokenOf(t *testing.T, namespace, name string) string {
	t.Helper()
	account := &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}}
	request := &authenticationv1.TokenRequest{}
	must(t, world.admin.SubResource("token").Create(t.Context(), account, request))
	return request.Status.Token
}

// awaitMetrics waits until the metrics are answered to a token with a status.
func (o *operator) awaitMetrics(token string, want int) {
	o.t.Helper()
	eventually(o.t, fmt.Sprintf("the metrics are answered with %d", want), func() error {
		status, body, err := harness.Get(o.t.Context(), "https://"+o.Metrics+"/metrics", token)
		if err == nil && (status != want || status == 200 && !strings.Contains(body, "imgroup_apps{")) {
			err = fmt.Errorf("HTTP %d: %.200s", status, body)
		}
		return err
	})
}
