// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package groupcache

import (
	"context"

	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/source"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

// Watch tells a handler of IMGroups, which it may keep.
func Watch[request comparable](c cache.Cache, h handler.TypedEventHandler[*imv1alpha1.IMGroup, request]) source.TypedSource[request] {
	type queue = workqueue.TypedRateLimitingInterface[request]
	return source.TypedKind(c, &Group{}, handler.TypedEventHandler[*Group, request](handler.TypedFuncs[*Group, request]{
		CreateFunc: func(ctx context.Context, e event.TypedCreateEvent[*Group], q queue) {
			h.Create(ctx, event.TypedCreateEvent[*imv1alpha1.IMGroup]{Object: e.Object.Unpack(), IsInInitialList: e.IsInInitialList}, q)
		},
		UpdateFunc: func(ctx context.Context, e event.TypedUpdateEvent[*Group], q queue) {
			h.Update(ctx, event.TypedUpdateEvent[*imv1alpha1.IMGroup]{ObjectOld: e.ObjectOld.Unpack(), ObjectNew: e.ObjectNew.Unpack()}, q)
		},
		DeleteFunc: func(ctx context.Context, e event.TypedDeleteEvent[*Group], q queue) {
			h.Delete(ctx, event.TypedDeleteEvent[*imv1alpha1.IMGroup]{Object: e.Object.Unpack(), DeleteStateUnknown: e.DeleteStateUnknown}, q)
		},
	}))
}
