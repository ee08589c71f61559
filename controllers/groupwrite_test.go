// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

func TestANewOwnerLeavesTheOwnersOfOthersAlone(t *testing.T) {
	app := &imv1alpha1.IMApp{ObjectMeta: metav1.ObjectMeta{Name: "chat", UID: "new"}}
	team := metav1.OwnerReference{APIVersion: "v1", Kind: "ConfigMap", Name: "team", UID: "team"}
	group := created("g")
	group.OwnerReferences[0].UID = "old"
	group.OwnerReferences = append(group.OwnerReferences, team)
	if isOwned(group, app) {
		t.Fatal("an IMGroup of the deleted IMApp is not the new one's")
	}
	if err := (&GroupSync{Client: &patcher{}}).own(t.Context(), app, group); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(append([]metav1.OwnerReference{team}, ownedBy(app)...), group.OwnerReferences); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if !isOwned(group, app) {
		t.Error("it must be the new IMApp's now")
	}
	group.OwnerReferences = nil
	if !isOwned(group, app) {
		t.Error("an IMGroup that was orphaned on purpose stays so")
	}
}
