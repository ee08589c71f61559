// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package group

import (
	"context"

	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/client"
	ctrlevent "sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/log"
	"sigs.k8s.io/controller-runtime/pkg/source"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/groupcache"
	"github.com/imgroup-operator/imgroup-operator/internal/groupstatus"
	"github.com/imgroup-operator/imgroup-operator/internal/kube"
	"github.com/imgroup-operator/imgroup-operator/internal/policy"
	"github.com/imgroup-operator/imgroup-operator/internal/queue"
)

type requests = workqueue.TypedRateLimitingInterface[Request]

// Watches are what wakes group sync. It shows the inventory every IMGroup before the first request is handled.
func (r *Controller) Watches() []source.TypedSource[Request] {
	return []source.TypedSource[Request]{
		groupcache.Watch(r.Cache, groupEvents{r.Inventory, r.Fetcher, r.Metrics}),
		source.TypedKind(r.Cache, &imv1alpha1.IMApp{}, appEvents(r.Groups, r.Journal)),
		r.Queue.Watch(r.backlog),
	}
}

// backlog is what waits when the controller starts.
func (r *Controller) backlog() []Request {
	all := []Request{{Kind: Sweep}}
	for _, key := range r.Journal.Keys() {
		all = append(all, Of(key))
	}
	return all
}

// appEvents wakes all groups of an IMApp that came or went, and the pending ones of one whose spec changed.
func appEvents(reader client.Reader, journal Journal) handler.TypedEventHandler[*imv1alpha1.IMApp, Request] {
	all := func(ctx context.Context, app *imv1alpha1.IMApp, q requests) {
		pendingOf(journal, app, q)
		groupsOf(ctx, reader, app, q)
	}
	return handler.TypedFuncs[*imv1alpha1.IMApp, Request]{
		CreateFunc: func(ctx context.Context, e ctrlevent.TypedCreateEvent[*imv1alpha1.IMApp], q requests) {
			if !e.IsInInitialList {
				all(ctx, e.Object, q)
			}
		},
		UpdateFunc: func(ctx context.Context, e ctrlevent.TypedUpdateEvent[*imv1alpha1.IMApp], q requests) {
			switch old, now := e.ObjectOld, e.ObjectNew; {
			case old.UID != now.UID, old.Spec.Suspend && !now.Spec.Suspend, policy.Of(old).Retention != policy.Of(now).Retention:
				all(ctx, now, q)
			case isOther(old, now):
				pendingOf(journal, now, q)
			}
		},
		DeleteFunc: func(ctx context.Context, e ctrlevent.TypedDeleteEvent[*imv1alpha1.IMApp], q requests) {
			all(ctx, e.Object, q)
		},
	}
}

func resyncRequest(o client.Object) string {
	return o.GetAnnotations()[imv1alpha1.AnnotationResyncRequestedAt]
}

// isOther reports whether an update brought another object or another spec.
func isOther(old, now client.Object) bool {
	return old.GetUID() != now.GetUID() || old.GetGeneration() != now.GetGeneration()
}

func pendingOf(journal Journal, app *imv1alpha1.IMApp, q requests) {
	for _, key := range journal.Keys() {
		if key.Namespace == app.Namespace && key.App == app.Name {
			q.Add(Of(key))
		}
	}
}

func groupsOf(ctx context.Context, reader client.Reader, app *imv1alpha1.IMApp, q requests) {
	err := kube.EachGroup(ctx, reader, kube.AppKey(app), func(g *imv1alpha1.IMGroup) { queue.AddLow(q, Of(groupstatus.Key(g))) })
	if err != nil {
		log.FromContext(ctx).Error(err, "cannot wake the groups of an IMApp", "namespace", app.Namespace, "imapp", app.Name)
	}
}
