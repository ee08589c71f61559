// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"strings"
	"testing"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

func TestWhatTheAPIServerRefusesForGoodIsSetAside(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	newApp(t, ns, "chat")
	refuseName(t, ns, "unspeakable")
	o := startOperator(t, ns)
	s := o.sender(ns, "chat")
	send(t, s, fakeim.InfoChanged("g", 1000, fakeim.Body{"Name": "unspeakable", "Notification": "with it"}))
	send(t, s, fakeim.InfoChanged("other", 1000, fakeim.Body{"Name": "ops"}))
	awaitGroup(t, ns, "other", "is written", func(g imv1alpha1.IMGroup) error { return is("the name", g.Status.Name, "ops") })
	o.awaitDrained()

	files := o.setAside()
	if len(files) != 1 {
		t.Fatalf("set aside: %q", files)
	}
	for _, part := range []string{`"groupID": "g"`, `"value": "unspeakable"`, `"value": "with it"`, `rejected: `, "not to be spoken"} {
		if !strings.Contains(files[0], part) {
			t.Errorf("the file does not say %s:\n%s", part, files[0])
		}
	}
	for name, want := range map[string]float64{`imgroup_sync_writes_total{result="rejected"}`: 1, `imgroup_sync_dropped_events_total{reason="rejected"}`: 1} {
		if err := o.isMetric(name, want); err != nil {
			t.Error(err)
		}
	}
	if !loggedError(o.Said(), "rejected-") {
		t.Error("no error in the log names the file")
	}

	send(t, s, fakeim.InfoChanged("g", 2000, fakeim.Body{"Name": "spoken"}))
	awaitGroup(t, ns, "g", "goes on", func(g imv1alpha1.IMGroup) error { return is("the name", g.Status.Name, "spoken") })
}

// refuseName lets the API server refuse a group's name with 422 in one namespace, and waits until it does.
func refuseName(t *testing.T, namespace, name string) {
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
}

// loggedError tells whether a line of level error has a text.
func loggedError(log, text string) bool {
	for line := range strings.Lines(log) {
		if strings.Contains(line, `"level":"error"`) && strings.Contains(line, text) {
			return true
		}
	}
	return false
}
