// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package group

import (
	"context"

	ctrlevent "sigs.k8s.io/controller-runtime/pkg/event"
	"sigs.k8s.io/controller-runtime/pkg/log"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/controllers/inventory"
	"github.com/imgroup-operator/imgroup-operator/internal/conditions"
	"github.com/imgroup-operator/imgroup-operator/internal/groupstatus"
	"github.com/imgroup-operator/imgroup-operator/internal/metrics"
	"github.com/imgroup-operator/imgroup-operator/internal/queue"
)

// groupEvents counts IMGroups. It wakes nothing for a change of status alone, which is group sync's own, unless a group
// has ended. The fetcher is told of a group whose state somebody asks for, and of one of which callbacks have told a part. An
// IMGroup of which not even the group can be read counts for nothing. To clear managedFields is behind all other work.
type groupEvents struct {
	inventory *inventory.Inventory
	fetcher   Fetcher
	metrics   *metrics.Metrics
}

// Create counts an IMGroup. Those that are there at the start the leader looks through when it is elected.
func (h groupEvents) Create(ctx context.Context, e ctrlevent.TypedCreateEvent[*imv1alpha1.IMGroup], q requests) {
	if h.tellUnreadable(ctx, e.Object); !hasGroup(e.Object) {
		return
	}
	h.inventory.Added(e.Object)
	if !e.IsInInitialList {
		q.Add(Of(groupstatus.Key(e.Object)))
	}
}

// Update looks for what has changed in an IMGroup.
func (h groupEvents) Update(ctx context.Context, e ctrlevent.TypedUpdateEvent[*imv1alpha1.IMGroup], q requests) {
	old, now := e.ObjectOld, e.ObjectNew
	if old.UID != now.UID || old.Spec != now.Spec { // recreated while the watch was away
		h.Delete(ctx, ctrlevent.TypedDeleteEvent[*imv1alpha1.IMGroup]{Object: old}, q)
		h.Create(ctx, ctrlevent.TypedCreateEvent[*imv1alpha1.IMGroup]{Object: now}, q)
	} else if h.tellUnreadable(ctx, now); hasGroup(now) {
		h.inventory.Changed(old, now)
	}
	if hasGroup(now) {
		h.wake(old, now, q)
	}
}

func (h groupEvents) wake(old, now *imv1alpha1.IMGroup, q requests) {
	key := groupstatus.Key(now)
	if isOther(old, now) || old.Status.DestroyedTime == nil && now.Status.DestroyedTime != nil || groupstatus.IsUnreadable(now) {
		q.Add(Of(key))
	}
	if groupstatus.HasUnusedManagedFields(now) {
		queue.AddLow(q, Of(key))
	}
	if request := resyncRequest(now); request != "" && request != resyncRequest(old) {
		h.fetcher.Want(key)
	}
	if groupstatus.IsPartial(now) && !groupstatus.IsPartial(old) {
		h.fetcher.WantRest(key)
	}
}

// Delete forgets an IMGroup.
func (h groupEvents) Delete(_ context.Context, e ctrlevent.TypedDeleteEvent[*imv1alpha1.IMGroup], _ requests) {
	if hasGroup(e.Object) {
		h.inventory.Removed(e.Object)
	}
}

// Generic does nothing: no such event is sent.
func (h groupEvents) Generic(context.Context, ctrlevent.TypedGenericEvent[*imv1alpha1.IMGroup], requests) {
}

func hasGroup(g *imv1alpha1.IMGroup) bool { return g.Spec.GroupID != "" }

func (h groupEvents) tellUnreadable(ctx context.Context, g *imv1alpha1.IMGroup) {
	if !groupstatus.IsUnreadable(g) {
		return
	}
	h.metrics.SyncUnreadable.Inc()
	log.FromContext(ctx).Info("an IMGroup cannot be read; nothing counts as known of it until it is written again",
		"namespace", g.Namespace, "imgroup", g.Name, "reason", conditions.Message(g.Status.Conditions, imv1alpha1.ConditionReady))
}
