// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"

	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/client"
	ctrlevent "sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/log"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/event"
)

type groupQueue = workqueue.TypedRateLimitingInterface[event.Key]

func keyOf(g *imv1alpha1.IMGroup) event.Key {
	return event.Key{Namespace: g.Namespace, App: g.Spec.AppRef.Name, GroupID: g.Spec.GroupID}
}

// groupEvents wakes nothing for a change of status alone: it is group sync's own.
func groupEvents(census *census) handler.TypedEventHandler[*imv1alpha1.IMGroup, event.Key] {
	return handler.TypedFuncs[*imv1alpha1.IMGroup, event.Key]{
		CreateFunc: func(_ context.Context, e ctrlevent.TypedCreateEvent[*imv1alpha1.IMGroup], q groupQueue) {
			census.added(e.Object)
			q.Add(keyOf(e.Object))
		},
		UpdateFunc: func(_ context.Context, e ctrlevent.TypedUpdateEvent[*imv1alpha1.IMGroup], q groupQueue) {
			census.changed(e.ObjectOld, e.ObjectNew)
			if e.ObjectOld.Generation != e.ObjectNew.Generation {
				q.Add(keyOf(e.ObjectNew))
			}
		},
		DeleteFunc: func(_ context.Context, e ctrlevent.TypedDeleteEvent[*imv1alpha1.IMGroup], _ groupQueue) {
			census.removed(e.Object)
		},
	}
}

// appEvents wakes all groups of an IMApp that came or went, and the pending ones of one whose spec changed.
func appEvents(reader client.Reader, journal Pending) handler.TypedEventHandler[*imv1alpha1.IMApp, event.Key] {
	all := func(ctx context.Context, app *imv1alpha1.IMApp, q groupQueue) {
		pendingOf(journal, app, q)
		groupsOf(ctx, reader, app, q)
	}
	return handler.TypedFuncs[*imv1alpha1.IMApp, event.Key]{
		CreateFunc: func(ctx context.Context, e ctrlevent.TypedCreateEvent[*imv1alpha1.IMApp], q groupQueue) {
			if !e.IsInInitialList { // then every IMGroup is new to the watch, too
				all(ctx, e.Object, q)
			}
		},
		UpdateFunc: func(_ context.Context, e ctrlevent.TypedUpdateEvent[*imv1alpha1.IMApp], q groupQueue) {
			if e.ObjectOld.Generation != e.ObjectNew.Generation {
				pendingOf(journal, e.ObjectNew, q)
			}
		},
		DeleteFunc: func(ctx context.Context, e ctrlevent.TypedDeleteEvent[*imv1alpha1.IMApp], q groupQueue) {
			all(ctx, e.Object, q)
		},
	}
}

func pendingOf(journal Pending, app *imv1alpha1.IMApp, q groupQueue) {
	for _, key := range journal.Keys() {
		if key.Namespace == app.Namespace && key.App == app.Name {
			q.Add(key)
		}
	}
}

func groupsOf(ctx context.Context, reader client.Reader, app *imv1alpha1.IMApp, q groupQueue) {
	list, err := listGroups(ctx, reader, client.InNamespace(app.Namespace), client.MatchingFields{indexApp: app.Name})
	if err != nil {
		log.FromContext(ctx).Error(err, "cannot wake the groups of an IMApp", "namespace", app.Namespace, "app", app.Name)
		return
	}
	for i := range list.Items {
		q.Add(keyOf(&list.Items[i]))
	}
}

// wakeGroups has group sync look at every IMGroup, for a new leader: the old one may have left some undone.
func wakeGroups(ctx context.Context, reader client.Reader, waker *Waker[event.Key]) {
	list, err := listGroups(ctx, reader)
	if err != nil {
		log.FromContext(ctx).Error(err, "cannot look at the IMGroups after the election")
		return
	}
	for i := range list.Items {
		waker.Wake(keyOf(&list.Items[i]))
	}
}

// listGroups lists from the cache without copies: what it returns must not be changed.
func listGroups(ctx context.Context, reader client.Reader, opts ...client.ListOption) (*imv1alpha1.IMGroupList, error) {
	var list imv1alpha1.IMGroupList
	opts = append(opts, client.UnsafeDisableDeepCopy, client.DisableReadYourWritesConsistency)
	return &list, reader.List(ctx, &list, opts...)
}
