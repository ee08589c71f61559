// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package group

import (
	"errors"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/groupstatus"
	"github.com/imgroup-operator/imgroup-operator/internal/metrics"
)

func TestACreationThatDidNotHappenGivesItsPlaceBack(t *testing.T) {
	ending := apierrors.NewForbidden(schema.GroupResource{Resource: "imgroups"}, "g", errors.New("terminating"))
	ending.ErrStatus.Details.Causes = []metav1.StatusCause{{Type: corev1.NamespaceTerminatingCause}}
	leaves := created("g")
	leaves.DeletionTimestamp, leaves.Finalizers = &metav1.Time{Time: noon}, []string{"test/stay"}
	another := created("g")
	another.Spec.GroupID = "another"
	for _, c := range []struct {
		why     string
		there   *imv1alpha1.IMGroup
		fail    error
		created bool
		drop    string // the reason, if the event is dropped
		fails   bool
	}{
		{"nothing is there", nil, nil, true, "", false},
		{"it is there already", created("g"), nil, false, "", false},
		{"it is being deleted", leaves, nil, false, "", true},
		{"another group has its name", another, nil, false, metrics.DropNameConflict, true},
		{"a quota", nil, errRefused, false, "", true},
		{"the namespace ends", nil, ending, false, metrics.DropNamespaceGone, true},
		{"too large", nil, tooLarge(), false, metrics.DropRejected, true},
	} {
		t.Run(c.why, func(t *testing.T) {
			w := newWorld(t)
			if c.there != nil {
				w = newWorld(t, c.there)
			}
			w.fail["create"] = c.fail
			name := types.NamespacedName{Namespace: "ns", Name: groupstatus.Name("chat", "g")}
			if !w.Inventory.Reserve(name, "chat", 1) {
				t.Fatal("there is room for one")
			}
			group, err := w.creator.create(t.Context(), theApp(), theKey)
			var d *dropped
			if (err != nil) != c.fails || errors.As(err, &d) != (c.drop != "") || d != nil && d.reason != c.drop {
				t.Errorf("%v, want a drop as %q", err, c.drop)
			}
			if !c.fails && (group.Spec.GroupID != "g" || group.Name != name.Name || group.UID != w.group().UID) {
				t.Errorf("it returns %+v", group)
			}
			if count := testutil.ToFloat64(w.Metrics.SyncWrites.WithLabelValues(metrics.WriteCreated)); count == 1 != c.created {
				t.Errorf("%v creations are counted", count)
			}
			other := types.NamespacedName{Namespace: "ns", Name: "other"}
			if free := w.Inventory.Reserve(other, "chat", 1); free == c.created {
				t.Errorf("the place is free: %t", free)
			}
		})
	}
}

// The garbage collector takes an IMGroup with its IMApp, and people select by the labels.
func TestACreatedIMGroupSaysWhoseItIs(t *testing.T) {
	g := newGroup(theApp(), theKey)
	owner := metav1.OwnerReference{APIVersion: "im.imgroup.dev/v1alpha1", Kind: "IMApp", Name: "chat", UID: "app"}
	if len(g.OwnerReferences) != 1 || g.OwnerReferences[0] != owner {
		t.Errorf("owners %+v", g.OwnerReferences)
	}
	if !groupstatus.IsCreated(g) || g.Labels[imv1alpha1.LabelApp] != "chat" || g.Namespace != "ns" {
		t.Errorf("%+v does not count as created", g.ObjectMeta)
	}
}
