// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package recipes

import (
	"fmt"
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

// groupOf finds the IMGroup of a group; nil if there is none yet.
func groupOf(t *testing.T, id string) *imv1alpha1.IMGroup {
	t.Helper()
	var list imv1alpha1.IMGroupList
	must(t, world.admin.List(t.Context(), &list, client.InNamespace(namespace), client.MatchingFields{"spec.groupID": id}))
	if len(list.Items) == 0 {
		return nil
	}
	return &list.Items[0]
}

// awaitNotification waits until the operator has written a notification.
func awaitNotification(t *testing.T, id, text string) *imv1alpha1.IMGroup {
	t.Helper()
	var g *imv1alpha1.IMGroup
	eventually(t, "the notification of "+id, func() error {
		if g = groupOf(t, id); g == nil || g.Status.Notification == nil || *g.Status.Notification != text {
			return fmt.Errorf("the group is %+v", g)
		}
		return nil
	})
	return g
}
