// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package group

import (
	"context"
	"fmt"

	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/controllers/inventory"
	"github.com/imgroup-operator/imgroup-operator/internal/apps"
	"github.com/imgroup-operator/imgroup-operator/internal/groupstatus"
	"github.com/imgroup-operator/imgroup-operator/internal/kube"
	"github.com/imgroup-operator/imgroup-operator/internal/queue"
)

// sweeper looks at all IMGroups for those that a new leader has work with.
type sweeper struct {
	cache     client.Reader
	groups    client.Reader // the cache itself: see kube.EachGroup
	leader    interface{ IsLeader() bool }
	inventory *inventory.Inventory
	queue     *queue.Source[Request]
	listed    func()
}

// sweep wakes them: the old leader may have left some, and at the start nobody has looked at any.
func (r sweeper) sweep(ctx context.Context) error {
	if r.inventory.Complete() {
		r.listed()
	}
	if !r.leader.IsLeader() {
		return nil
	}
	var list imv1alpha1.IMAppList
	if err := r.cache.List(ctx, &list, client.DisableReadYourWritesConsistency); err != nil {
		return fmt.Errorf("listing IMApps: %w", err)
	}
	known := map[apps.Key]*imv1alpha1.IMApp{}
	for i := range list.Items {
		known[kube.AppKey(&list.Items[i])] = &list.Items[i]
	}
	for _, key := range r.inventory.Unsettled(known) {
		err := kube.EachGroup(ctx, r.groups, key, func(g *imv1alpha1.IMGroup) {
			if !groupstatus.IsSettled(g, known[key]) || groupstatus.HasUnusedManagedFields(g) {
				r.queue.PushLow(Of(groupstatus.Key(g)))
			}
		})
		if err != nil {
			return fmt.Errorf("listing IMGroups: %w", err)
		}
	}
	return nil
}
