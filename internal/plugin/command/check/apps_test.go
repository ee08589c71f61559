// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package check

import (
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/cluster"
)

func condition(status metav1.ConditionStatus, reason string) []metav1.Condition {
	return []metav1.Condition{{Type: imv1alpha1.ConditionReady, Status: status, Reason: reason, Message: "because"}}
}

func TestReady(t *testing.T) {
	for _, test := range []struct {
		name   string
		edit   func(*imv1alpha1.IMApp)
		result string
		says   string
	}{
		{"ready", func(a *imv1alpha1.IMApp) { a.Status.Conditions = condition("True", "Ready") }, ok, "ready"},
		{"not ready", func(a *imv1alpha1.IMApp) { a.Status.Conditions = condition("False", "SecretNotFound") }, failure, "SecretNotFound: because"},
		{"nobody has looked", func(*imv1alpha1.IMApp) {}, failure, "does not run"},
		{"a spec that nobody has seen", func(a *imv1alpha1.IMApp) { a.Generation, a.Status.Conditions = 2, condition("True", "Ready") }, warning, "newest spec"},
		{"suspended", func(a *imv1alpha1.IMApp) { a.Spec.Suspend, a.Status.Conditions = true, condition("True", "Suspended") }, warning, "404"},
		{"unsigned", func(a *imv1alpha1.IMApp) {
			a.Spec.Callback.AllowUnsigned, a.Status.Conditions = true, condition("True", "Ready")
		}, warning, "unsigned"},
	} {
		t.Run(test.name, func(t *testing.T) {
			app := &imv1alpha1.IMApp{}
			test.edit(app)
			if f := ready(app); f.Result != test.result || !strings.Contains(f.Message, test.says) {
				t.Errorf("%s: %s", f.Result, f.Message)
			}
		})
	}
}

func TestSecrets(t *testing.T) {
	there := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: "chat", Name: "there"}, Data: map[string][]byte{"token": []byte("s3cr3t")}}
	k := &cluster.Cluster{WithWatch: fake.NewClientBuilder().WithObjects(there).Build()}
	for _, test := range []struct{ name, key, result, says string }{
		{"there", "token", ok, "it has the key token"},
		{"there", "secretKey", failure, "it has no key secretKey"},
		{"none", "token", failure, "does not exist"},
	} {
		if f := secret(t.Context(), k, "chat", test.name, test.key); f.Result != test.result || f.Message != test.says && !strings.Contains(f.Message, test.says) || strings.Contains(f.Message, "s3cr3t") {
			t.Errorf("%s %s: %s: %s", test.name, test.key, f.Result, f.Message)
		}
	}
}
