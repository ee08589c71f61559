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
	return source.TypedKind(c, &Group{}, handler.TypedEventHandler[*Group, request](unpacking[request]{h}))
}

type unpacking[request comparable] struct {
	to handler.TypedEventHandler[*imv1alpha1.IMGroup, request]
}

// Create and those that follow are called by the informer.
func (u unpacking[request]) Create(ctx context.Context, e event.TypedCreateEvent[*Group], q workqueue.TypedRateLimitingInterface[request]) {
	u.to.Create(ctx, event.TypedCreateEvent[*imv1alpha1.IMGroup]{Object: e.Object.Unpack(), IsInInitialList: e.IsInInitialList}, q)
}

func (u unpacking[request]) Update(ctx context.Context, e event.TypedUpdateEvent[*Group], q workqueue.TypedRateLimitingInterface[request]) {
	u.to.Update(ctx, event.TypedUpdateEvent[*imv1alpha1.IMGroup]{ObjectOld: e.ObjectOld.Unpack(), ObjectNew: e.ObjectNew.Unpack()}, q)
}

func (u unpacking[request]) Delete(ctx context.Context, e event.TypedDeleteEvent[*Group], q workqueue.TypedRateLimitingInterface[request]) {
	u.to.Delete(ctx, event.TypedDeleteEvent[*imv1alpha1.IMGroup]{Object: e.Object.Unpack(), DeleteStateUnknown: e.DeleteStateUnknown}, q)
}

func (u unpacking[request]) Generic(ctx context.Context, e event.TypedGenericEvent[*Group], q workqueue.TypedRateLimitingInterface[request]) {
	u.to.Generic(ctx, event.TypedGenericEvent[*imv1alpha1.IMGroup]{Object: e.Object.Unpack()}, q)
}
