// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"errors"
	"fmt"
	"testing"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

// A policy is a person's, who may think again: what it denies is not set aside, whatever the code of the denial.
func TestWhatAPolicyDeniesIsWrittenOnceItIsGone(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	newApp(t, ns, "chat")
	binding := refuseName(t, ns, "unspeakable")
	o := startOperator(t, ns)
	s := o.sender(ns, "chat")
	send(t, s, fakeim.InfoChanged("g", 1000, fakeim.Body{"Name": "unspeakable", "Notification": "with it"}))
	send(t, s, fakeim.InfoChanged("other", 1000, fakeim.Body{"Name": "ops"}))
	awaitGroup(t, ns, "other", "is written", func(g imv1alpha1.IMGroup) error { return is("the name", g.Status.Name, "ops") })
	eventually(t, "the other was denied some times", func() error {
		if n := o.metric(`imgroup_sync_writes_total{result="error"}`); n < 5 {
			return fmt.Errorf("%v writes have failed", n)
		}
		return errors.Join(o.isMetric("imgroup_journal_pending_groups", 1), o.isMetric(`imgroup_sync_writes_total{result="rejected"}`, 0))
	})
	if files := o.setAside(); len(files) > 0 {
		t.Errorf("set aside: %q", files)
	}
	remove(t, binding)
	within(t, catchUp, "it is written", func() error {
		g, err := groupWithID(t, ns, "g")
		if err != nil {
			return err
		}
		return errors.Join(is("the name", g.Status.Name, "unspeakable"), is("the notification", g.Status.Notification, "with it"))
	})
}

// refuseName lets the API server refuse a group's name with 422 in one namespace, and waits until it does. It returns what
// makes it do so.
func refuseName(t *testing.T, namespace, name string) client.Object {
	t.Helper()
	policy := &admissionv1.ValidatingAdmissionPolicy{
		ObjectMeta: metav1.ObjectMeta{Name: namespace},
		Spec: admissionv1.ValidatingAdmissionPolicySpec{
			MatchConstraints: &admissionv1.MatchResources{
				NamespaceSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"kubernetes.io/metadata.name": namespace}},
				ResourceRules: []admissionv1.NamedRuleWithOperations{{RuleWithOperations: admissionv1.RuleWithOperations{
					Operations: []admissionv1.OperationType{admissionv1.Update},
					Rule: admissionv1.Rule{APIGroups: []string{imv1alpha1.GroupVersion.Group}, APIVersions: []string{"*"},
						Resources: []string{"imgroups/status"}},
				}}},
			},
			Validations: []admissionv1.Validation{{
				Expression: `!has(object.status.name) || object.status.name != "` + name + `"`, Message: "a name not to be spoken"}},
		},
	}
	binding := &admissionv1.ValidatingAdmissionPolicyBinding{
		ObjectMeta: metav1.ObjectMeta{Name: namespace},
		Spec: admissionv1.ValidatingAdmissionPolicyBindingSpec{PolicyName: namespace,
			ValidationActions: []admissionv1.ValidationAction{admissionv1.Deny}},
	}
	create(t, policy)
	create(t, binding)
	probe := declare(t, namespace, "probe", "nobody", "probe")
	eventually(t, "the API server refuses the name", func() error {
		named := probe.DeepCopy()
		named.Status.Name = &name
		err := world.admin.Status().Patch(t.Context(), named, client.MergeFrom(probe), client.DryRunAll)
		if err == nil {
			return errNotYet
		}
		return nil
	})
	remove(t, probe)
	return binding
}
