// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package group

import (
	"context"
	"fmt"

	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/apps"
	"github.com/imgroup-operator/imgroup-operator/internal/groupstatus"
	"github.com/imgroup-operator/imgroup-operator/internal/kube"
)

// sweep wakes the IMGroups that a new leader has work with: the old one may have left some, and at the start nobody
// has looked at any.
func (r *Controller) sweep(ctx context.Context) error {
	if !r.Leader.IsLeader() {
		return nil
	}
	var list imv1alpha1.IMAppList
	if err := r.Client.List(ctx, &list, client.DisableReadYourWritesConsistency); err != nil {
		return fmt.Errorf("listing IMApps: %w", err)
	}
	known := map[apps.Key]*imv1alpha1.IMApp{}
	for i := range list.Items {
		known[kube.AppKey(&list.Items[i])] = &list.Items[i]
	}
	for _, key := range r.Inventory.Unsettled(known) {
		err := kube.EachGroup(ctx, r.Client, key, func(g *imv1alpha1.IMGroup) {
			if !groupstatus.IsSettled(g, known[key]) {
				r.Queue.PushLow(Of(groupstatus.Key(g)))
			}
		})
		if err != nil {
			return fmt.Errorf("listing IMGroups: %w", err)
		}
	}
	return nil
}
