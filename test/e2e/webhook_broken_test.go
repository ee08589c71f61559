// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"errors"
	"fmt"
	"testing"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

// An admission webhook that cannot be reached makes the API server answer 500, to writes in its namespaces alone: the
// groups of others are written, and those of its own once it is gone.
func TestABrokenWebhookOfOneNamespaceHoldsNoOther(t *testing.T) {
	t.Parallel()
	broken, healthy := newNamespace(t), newNamespace(t)
	newApp(t, broken, "chat")
	newApp(t, healthy, "chat")
	o := startOperator(t, broken+","+healthy)
	hook := breakWebhook(t, broken)
	const groups = 100
	for i := range groups {
		send(t, o.sender(broken, "chat"), fakeim.InfoChanged(fmt.Sprint("g", i), 1000, fakeim.Body{"Name": "ops"}))
	}
	eventually(t, "each has failed some times", func() error {
		if n := o.metric(`imgroup_sync_writes_total{result="error"}`); n < 3*groups {
			return fmt.Errorf("%v writes have failed", n)
		}
		return nil
	})
	send(t, o.sender(healthy, "chat"), harmless)
	within(t, catchUp, "the group of the other namespace is written", func() error {
		_, err := groupWithID(t, healthy, "g")
		return err
	})
	remove(t, hook)
	within(t, catchUp, "the groups of its own are written", func() error {
		if n := len(listGroups(t, broken)); n != groups {
			return fmt.Errorf("%d groups", n)
		}
		return o.isMetric("imgroup_journal_pending_groups", 0)
	})
}

// breakWebhook registers a webhook that is not there for the IMGroups of a namespace.
func breakWebhook(t *testing.T, namespace string) *admissionv1.ValidatingWebhookConfiguration {
	t.Helper()
	fail, url, none, second := admissionv1.Fail, "https://127.0.0.1:1/", admissionv1.SideEffectClassNone, int32(1)
	imgroups := admissionv1.Rule{APIGroups: []string{imv1alpha1.GroupVersion.Group}, APIVersions: []string{"*"}, Resources: []string{"imgroups", "imgroups/status"}}
	hook := &admissionv1.ValidatingWebhookConfiguration{ObjectMeta: metav1.ObjectMeta{GenerateName: "broken-"}, Webhooks: []admissionv1.ValidatingWebhook{{
		Name: "broken.example.com", ClientConfig: admissionv1.WebhookClientConfig{URL: &url}, FailurePolicy: &fail, SideEffects: &none, TimeoutSeconds: &second,
		AdmissionReviewVersions: []string{"v1"}, NamespaceSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"kubernetes.io/metadata.name": namespace}},
		Rules: []admissionv1.RuleWithOperations{{Operations: []admissionv1.OperationType{admissionv1.OperationAll}, Rule: imgroups}}}}}
	create(t, hook)
	t.Cleanup(func() { _ = world.admin.Delete(context.Background(), hook) }) // if the test fails
	n := 0
	eventually(t, "the webhook is asked", func() error {
		n++
		g := &imv1alpha1.IMGroup{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, GenerateName: "probe-"}, Spec: imv1alpha1.IMGroupSpec{
			AppRef: imv1alpha1.AppReference{Name: "no-app"}, GroupID: fmt.Sprint("probe-", n)}}
		if apierrors.IsInternalError(world.admin.Create(t.Context(), g)) {
			return nil
		}
		return errors.Join(errNotYet, world.admin.Delete(t.Context(), g))
	})
	return hook
}
