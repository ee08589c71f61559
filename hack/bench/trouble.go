// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"net"
	"sync"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

// trouble is what keeps the writes of one namespace from succeeding.
type trouble struct {
	name  string
	begin func(ctx context.Context, c *cluster, namespace string) (end func() error, err error)
}

var troubles = []trouble{
	{"behind a webhook that hangs 10 s", hang},
	{"whose writes a policy denies", deny},
	{"whose quota is used up", useUp},
}

// hang registers an admission webhook that takes connections and says nothing.
func hang(ctx context.Context, c *cluster, namespace string) (func() error, error) {
	l, err := (&net.ListenConfig{}).Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	var accepting sync.WaitGroup
	accepting.Go(func() {
		var held []net.Conn
		for {
			conn, err := l.Accept()
			if err != nil {
				closeAll(held)
				return
			}
			held = append(held, conn)
		}
	})
	fail, none, timeout, url := admissionv1.Fail, admissionv1.SideEffectClassNone, int32(10), "https://"+l.Addr().String()
	err = c.create(ctx, &admissionv1.ValidatingWebhookConfiguration{ObjectMeta: metav1.ObjectMeta{Name: namespace},
		Webhooks: []admissionv1.ValidatingWebhook{{Name: "hang.example.com", ClientConfig: admissionv1.WebhookClientConfig{URL: &url},
			FailurePolicy: &fail, SideEffects: &none, TimeoutSeconds: &timeout, AdmissionReviewVersions: []string{"v1"},
			NamespaceSelector: only(namespace), Rules: []admissionv1.RuleWithOperations{allWrites}}}})
	return func() error {
		err := l.Close()
		accepting.Wait()
		return err
	}, err
}

// deny makes a policy that says no at once.
func deny(ctx context.Context, c *cluster, namespace string) (func() error, error) {
	fail := admissionv1.Fail
	for _, o := range []client.Object{
		&admissionv1.ValidatingAdmissionPolicy{ObjectMeta: metav1.ObjectMeta{Name: namespace}, Spec: admissionv1.ValidatingAdmissionPolicySpec{
			FailurePolicy: &fail, Validations: []admissionv1.Validation{{Expression: "false", Message: "no"}},
			MatchConstraints: &admissionv1.MatchResources{ResourceRules: []admissionv1.NamedRuleWithOperations{{RuleWithOperations: allWrites}}}}},
		&admissionv1.ValidatingAdmissionPolicyBinding{ObjectMeta: metav1.ObjectMeta{Name: namespace}, Spec: admissionv1.ValidatingAdmissionPolicyBindingSpec{
			PolicyName: namespace, ValidationActions: []admissionv1.ValidationAction{admissionv1.Deny},
			MatchResources: &admissionv1.MatchResources{NamespaceSelector: only(namespace)}}},
	} {
		if err := c.create(ctx, o); err != nil {
			return nil, err
		}
	}
	return done, nil
}

// useUp leaves no room for an IMGroup. It writes the quota's status as the controller-manager would, which is not here.
func useUp(ctx context.Context, c *cluster, namespace string) (func() error, error) {
	nothing := corev1.ResourceList{"count/imgroups.im.imgroup.dev": resource.MustParse("0")}
	quota := &corev1.ResourceQuota{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: "groups"}, Spec: corev1.ResourceQuotaSpec{Hard: nothing}}
	if err := c.create(ctx, quota); err != nil {
		return nil, err
	}
	quota.Status = corev1.ResourceQuotaStatus{Hard: nothing, Used: nothing}
	return done, c.admin.Status().Update(ctx, quota)
}

func done() error { return nil }

func only(namespace string) *metav1.LabelSelector {
	return &metav1.LabelSelector{MatchLabels: map[string]string{corev1.LabelMetadataName: namespace}}
}

var allWrites = admissionv1.RuleWithOperations{Operations: []admissionv1.OperationType{admissionv1.Create, admissionv1.Update},
	Rule: admissionv1.Rule{APIGroups: []string{imv1alpha1.GroupVersion.Group}, APIVersions: []string{"*"}, Resources: []string{"imgroups", "imgroups/status"}}}
