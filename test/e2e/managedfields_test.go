// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"fmt"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

// managers are who manages fields of an IMGroup, and how.
func managers(g imv1alpha1.IMGroup) []string {
	all := []string{}
	for _, m := range g.ManagedFields {
		all = append(all, fmt.Sprintf("%s %s", m.Operation, m.Manager))
	}
	return all
}

func awaitManagers(t *testing.T, namespace, groupID string, want ...string) imv1alpha1.IMGroup {
	t.Helper()
	return awaitGroup(t, namespace, groupID, "is managed as it should be", func(g imv1alpha1.IMGroup) error {
		return differs(append([]string{}, want...), managers(g))
	})
}

// awaitCleared waits for what the operator does behind all other work, so that nothing is left to write. It returns the IMGroups.
func awaitCleared(t *testing.T, namespace string) (groups []imv1alpha1.IMGroup) {
	t.Helper()
	eventually(t, "the managedFields of created IMGroups are cleared", func() error {
		groups = listGroups(t, namespace)
		for _, g := range groups {
			if g.Labels[imv1alpha1.LabelManagedBy] != "" && len(g.ManagedFields) > 0 {
				return fmt.Errorf("%s has %q", g.Name, managers(g))
			}
		}
		return nil
	})
	return groups
}

// apply is kubectl apply --server-side of one label.
func apply(t *testing.T, g imv1alpha1.IMGroup, manager, team string) error {
	t.Helper()
	u := newUnstructured(imv1alpha1.GroupVersion.WithKind("IMGroup"))
	u.SetNamespace(g.Namespace)
	u.SetName(g.Name)
	u.SetLabels(map[string]string{"team": team})
	return world.admin.Apply(t.Context(), client.ApplyConfigurationFromUnstructured(u), client.FieldOwner(manager))
}

func TestManagedFieldsAreClearedOnceAndLeftToWhoeverApplies(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	newApp(t, ns, "chat")
	declare(t, ns, "declared", "chat", "declared") // before the start: else the operator may make one of its own
	o := startOperator(t, ns)
	s := o.sender(ns, "chat")
	change := func(id string, at int, text string) {
		t.Helper()
		send(t, s, fakeim.InfoChanged(id, at, fakeim.Body{"Notification": text}))
		awaitGroup(t, ns, id, "says "+text, func(g imv1alpha1.IMGroup) error { return is("the notification", g.Status.Notification, text) })
	}
	change("declared", 1000, "one")
	change("g", 1000, "one")
	cleared := awaitManagers(t, ns, "g")
	change("g", 2000, "two")
	awaitManagers(t, ns, "g") // for a plain patch does not bring them back

	must(t, apply(t, cleared, "kubectl", "blue"))
	change("g", 3000, "three")
	change("later", 1000, "one")
	awaitManagers(t, ns, "later") // behind what there was to do for the first one
	applied, err := groupWithID(t, ns, "g")
	must(t, err)
	if applied.Labels["team"] != "blue" || applied.Labels[imv1alpha1.LabelManagedBy] != imv1alpha1.ManagedByValue {
		t.Errorf("the labels are %v", applied.Labels)
	}
	if got := managers(applied); got[0] != "Apply kubectl" {
		t.Errorf("kubectl's ownership is lost: %q", got)
	}
	if err := apply(t, applied, "other", "red"); !apierrors.IsConflict(err) {
		t.Errorf("another one applies kubectl's label: %v; want a conflict", err)
	}
	must(t, apply(t, applied, "kubectl", "green"))
	change("g", 4000, "four")
	o.awaitDrained()
	awaitGroup(t, ns, "g", "has kubectl's new label", func(g imv1alpha1.IMGroup) error {
		team := g.Labels["team"]
		return is("the label", &team, "green")
	})
	must(t, o.isMetric(`imgroup_sync_writes_total{result="cleared"}`, 2))

	later, err := groupWithID(t, ns, "later")
	must(t, err)
	update(t, &later, func(g *imv1alpha1.IMGroup) { // as a backup does that is restored
		g.ManagedFields = []metav1.ManagedFieldsEntry{{Manager: "restorer", Operation: metav1.ManagedFieldsOperationUpdate, APIVersion: g.APIVersion,
			FieldsType: "FieldsV1", FieldsV1: metav1.NewFieldsV1(`{"f:metadata":{"f:labels":{}}}`)}}
	})
	awaitManagers(t, ns, "later")
	declared, err := groupWithID(t, ns, "declared")
	must(t, err)
	if len(declared.ManagedFields) == 0 {
		t.Error("the managedFields of a declared one are cleared, too")
	}
}

func TestManagedFieldsStayWhereTheyAreWanted(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	newApp(t, ns, "chat")
	o := startOperator(t, ns, "--clear-managed-fields=false")
	s := o.sender(ns, "chat")
	for at, text := range map[int]string{1000: "one", 2000: "two"} {
		send(t, s, fakeim.InfoChanged("g", at, fakeim.Body{"Notification": text}))
		o.awaitDrained()
	}
	awaitManagers(t, ns, "g", "Update imgroup-operator", "Update imgroup-operator")
	must(t, o.isMetric(`imgroup_sync_writes_total{result="cleared"}`, 0))

	o.stop()
	startOperator(t, ns) // which finds them when it is elected
	awaitManagers(t, ns, "g")
}
