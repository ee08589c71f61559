// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/client-go/util/workqueue"
	"sigs.k8s.io/controller-runtime/pkg/client"
	ctrlevent "sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/handler"
	"sigs.k8s.io/controller-runtime/pkg/log"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/apps"
	"github.com/imgroup-operator/imgroup-operator/internal/event"
)

type groupQueue = workqueue.TypedRateLimitingInterface[event.Key]

func keyOf(g *imv1alpha1.IMGroup) event.Key {
	return event.Key{Namespace: g.Namespace, App: g.Spec.AppRef.Name, GroupID: g.Spec.GroupID}
}

// groupEvents counts IMGroups. It wakes nothing for a change of status alone, which is group sync's own, unless a group
// has ended. wants is told of a group whose state somebody asks for, and of one of which callbacks have told a part.
func groupEvents(census *census, wants *Resyncs) handler.TypedEventHandler[*imv1alpha1.IMGroup, event.Key] {
	return handler.TypedFuncs[*imv1alpha1.IMGroup, event.Key]{
		CreateFunc: func(_ context.Context, e ctrlevent.TypedCreateEvent[*imv1alpha1.IMGroup], q groupQueue) {
			census.added(e.Object)
			if !e.IsInInitialList { // those the leader looks through when it is elected
				q.Add(keyOf(e.Object))
			}
		},
		UpdateFunc: func(_ context.Context, e ctrlevent.TypedUpdateEvent[*imv1alpha1.IMGroup], q groupQueue) {
			if e.ObjectOld.UID != e.ObjectNew.UID { // made anew while the watch was away
				census.removed(e.ObjectOld)
				census.added(e.ObjectNew)
			} else {
				census.changed(e.ObjectOld, e.ObjectNew)
			}
			if isOther(e.ObjectOld, e.ObjectNew) || e.ObjectOld.Status.DestroyedTime == nil && e.ObjectNew.Status.DestroyedTime != nil {
				q.Add(keyOf(e.ObjectNew))
			}
			if request := resyncRequest(e.ObjectNew); request != "" && request != resyncRequest(e.ObjectOld) {
				wants.Want(keyOf(e.ObjectNew))
			}
			if isPartial(e.ObjectNew) && !isPartial(e.ObjectOld) {
				wants.WantRest(keyOf(e.ObjectNew))
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
			if !e.IsInInitialList {
				all(ctx, e.Object, q)
			}
		},
		UpdateFunc: func(ctx context.Context, e ctrlevent.TypedUpdateEvent[*imv1alpha1.IMApp], q groupQueue) {
			switch old, now := e.ObjectOld, e.ObjectNew; {
			case old.UID != now.UID, old.Spec.Suspend && !now.Spec.Suspend, retention(old) != retention(now):
				all(ctx, now, q)
			case isOther(old, now):
				pendingOf(journal, now, q)
			}
		},
		DeleteFunc: func(ctx context.Context, e ctrlevent.TypedDeleteEvent[*imv1alpha1.IMApp], q groupQueue) {
			all(ctx, e.Object, q)
		},
	}
}

func resyncRequest(o client.Object) string {
	return o.GetAnnotations()[imv1alpha1.AnnotationResyncRequestedAt]
}

// isPartial tells that something is known of a group, and not yet all four texts.
func isPartial(g *imv1alpha1.IMGroup) bool {
	synced := meta.FindStatusCondition(g.Status.Conditions, imv1alpha1.ConditionSynced)
	return synced != nil && synced.Reason == imv1alpha1.ReasonPartial
}

// isOther tells whether an update brought another object or another spec.
func isOther(old, now client.Object) bool {
	return old.GetUID() != now.GetUID() || old.GetGeneration() != now.GetGeneration()
}

func pendingOf(journal Pending, app *imv1alpha1.IMApp, q groupQueue) {
	for _, key := range journal.Keys() {
		if key.Namespace == app.Namespace && key.App == app.Name {
			q.Add(key)
		}
	}
}

func groupsOf(ctx context.Context, reader client.Reader, app *imv1alpha1.IMApp, q groupQueue) {
	key := apps.Key{Namespace: app.Namespace, Name: app.Name}
	err := eachGroup(ctx, reader, key, func(g *imv1alpha1.IMGroup) { addLater(q, keyOf(g)) })
	if err != nil {
		log.FromContext(ctx).Error(err, "cannot wake the groups of an IMApp", "namespace", app.Namespace, "imapp", app.Name)
	}
}

// allGroups is no group: it wakes group sync to look at all IMGroups. As a request it is handled after the watch has
// shown every IMGroup to the census.
var allGroups = event.Key{}

// lookAtAll wakes the IMGroups that a new leader has work with: the old one may have left some, and at the start nobody
// has looked at any.
func (r *GroupSync) lookAtAll(ctx context.Context) error {
	if !r.Leader.IsLeader() {
		return nil
	}
	var list imv1alpha1.IMAppList
	if err := r.Client.List(ctx, &list, client.DisableReadYourWritesConsistency); err != nil {
		return fmt.Errorf("listing IMApps: %w", err)
	}
	known := map[apps.Key]*imv1alpha1.IMApp{}
	for i := range list.Items {
		known[apps.Key{Namespace: list.Items[i].Namespace, Name: list.Items[i].Name}] = &list.Items[i]
	}
	for _, key := range r.census.unsettled(known) {
		err := eachGroup(ctx, r.Client, key, func(g *imv1alpha1.IMGroup) {
			if !settled(g, known[key]) {
				r.Waker.WakeLater(keyOf(g))
			}
		})
		if err != nil {
			return fmt.Errorf("listing IMGroups: %w", err)
		}
	}
	return nil
}

// settled tells that without new events there is nothing to write into an IMGroup: its status is of this spec, of this
// application, says rightly whether its IMApp exists, and it is not to be deleted at some time.
func settled(g *imv1alpha1.IMGroup, app *imv1alpha1.IMApp) bool {
	ready := readyReason(g)
	if ready == "" || g.Status.ObservedGeneration != g.Generation || (app == nil) != (ready == imv1alpha1.ReasonAppNotFound) {
		return false
	}
	return app == nil || g.Status.SDKAppID == app.Spec.SDKAppID && !expires(app, g)
}

// eachGroup calls f with every IMGroup of an app in the cache, which f must not change.
func eachGroup(ctx context.Context, reader client.Reader, app apps.Key, f func(*imv1alpha1.IMGroup)) error {
	var list imv1alpha1.IMGroupList
	err := reader.List(ctx, &list, client.InNamespace(app.Namespace), client.UnsafeDisableDeepCopy, client.DisableReadYourWritesConsistency)
	for i := range list.Items {
		if g := &list.Items[i]; g.Spec.AppRef.Name == app.Name {
			f(g)
		}
	}
	return err
}
