// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package group

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/conditions"
	"github.com/imgroup-operator/imgroup-operator/internal/event"
	"github.com/imgroup-operator/imgroup-operator/internal/groupstatus"
	"github.com/imgroup-operator/imgroup-operator/internal/merge"
	"github.com/imgroup-operator/imgroup-operator/internal/metrics"
	"github.com/imgroup-operator/imgroup-operator/internal/recorder"
)

// conflictTries bounds how often one reconcile reads again after another writer was faster.
const conflictTries = 5

// writer writes statuses of IMGroups, each with one patch of what differs.
type writer struct {
	client  client.Client
	api     client.Reader // the API server
	metrics *metrics.Metrics
	events  *recorder.Recorder
}

// all writes a state into every IMGroup of the group, as the cache holds them.
func (w writer) all(ctx context.Context, app *imv1alpha1.IMApp, groups []imv1alpha1.IMGroup, state event.State) error {
	if len(groups) == 1 {
		return w.one(ctx, app, &groups[0], state, true)
	}
	return w.several(ctx, app, groups, state)
}

// several writes one and the same state into several IMGroups: what each knows, for which their large texts are needed, and
// what is new to all of them together. After a conflict the next try reads all of them again.
func (w writer) several(ctx context.Context, app *imv1alpha1.IMApp, groups []imv1alpha1.IMGroup, state event.State) error {
	var together event.State
	live := make([]*imv1alpha1.IMGroup, len(groups))
	for i := range groups {
		var err error
		if live[i], err = w.readAgain(ctx, &groups[i]); err != nil {
			return err
		}
		together = merge.Join(together, groupstatus.State(&live[i].Status, app.Spec.SDKAppID))
	}
	together = merge.Join(together, groupstatus.Difference(together, state, false))
	var refused error // by one of them must not keep the state from the others
	for _, g := range live {
		err := refusal(w.once(ctx, app, g, together, false, groupstatus.Join))
		var d *dropped
		if errors.As(err, &d) {
			refused = err
		} else if err != nil {
			return err
		}
	}
	return refused
}

// one merges a state into one IMGroup. A conflict is not an error: the object is read again and merged again. compact means
// that the object comes from the cache.
func (w writer) one(ctx context.Context, app *imv1alpha1.IMApp, group *imv1alpha1.IMGroup, state event.State, compact bool) error {
	live := compact && groupstatus.NeedsTexts(&group.Status, app.Spec.SDKAppID, state)
	var err error
	for range conflictTries {
		if live {
			if group, err = w.readAgain(ctx, group); err != nil {
				return err
			}
			compact = false
		}
		if err = w.once(ctx, app, group, state, compact, groupstatus.Merge); !apierrors.IsConflict(err) {
			return refusal(err)
		}
		w.metrics.SyncWrites.WithLabelValues(metrics.WriteConflict).Inc()
		live = true
	}
	return err
}

// law is how a state comes into a status.
type law func(group *imv1alpha1.IMGroup, sdkAppID int64, state event.State, compact bool) (overflow int)

func (w writer) once(ctx context.Context, app *imv1alpha1.IMApp, group *imv1alpha1.IMGroup, state event.State, compact bool, apply law) error {
	if groupstatus.IsCreated(group) && !isOwned(group, app) {
		if err := w.own(ctx, app, group); err != nil {
			return err
		}
		compact = false // the answer holds the whole object
	}
	before := group.DeepCopy()
	overflow := apply(group, app.Spec.SDKAppID, state, compact)
	if err := w.patch(ctx, before, group); err != nil {
		return err
	}
	w.metrics.SyncDropped.WithLabelValues(metrics.DropCustomOverflow).Add(float64(overflow))
	w.events.Changed(before, group, state, compact)
	return nil
}

// readAgain reads an IMGroup as it is now. One that was recreated may be about another group, whose state this is not: that
// is an error, and the next try looks up the group's IMGroups again.
func (w writer) readAgain(ctx context.Context, group *imv1alpha1.IMGroup) (*imv1alpha1.IMGroup, error) {
	live := &imv1alpha1.IMGroup{}
	err := w.api.Get(ctx, client.ObjectKeyFromObject(group), live)
	if err == nil && live.UID != group.UID {
		err = errors.New("it is another object now")
	}
	if err != nil {
		return nil, fmt.Errorf("reading IMGroup %s again: %w", group.Name, err)
	}
	return live, nil
}

// own makes the IMApp the owner of an IMGroup that was created for another one of its name, which was deleted: without
// that the garbage collector would still delete the IMGroup, and what is written into it now.
func (w writer) own(ctx context.Context, app *imv1alpha1.IMApp, group *imv1alpha1.IMGroup) error {
	before := group.DeepCopy()
	group.OwnerReferences = slices.Concat(slices.DeleteFunc(group.OwnerReferences, isIMApp), ownedBy(app))
	return w.client.Patch(ctx, group, client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{}))
}

// isOwned reports whether no other IMApp owns an IMGroup. One without an owner was orphaned on purpose.
func isOwned(group *imv1alpha1.IMGroup, app *imv1alpha1.IMApp) bool {
	return !slices.ContainsFunc(group.OwnerReferences, func(o metav1.OwnerReference) bool { return isIMApp(o) && o.UID != app.UID })
}

func isIMApp(o metav1.OwnerReference) bool { return o.Kind == "IMApp" }

// patch sends the members of the status that differ, locked by the resourceVersion; nothing when none does. In place of a status
// that cannot be read, of which nobody knows the members, it puts the whole.
func (w writer) patch(ctx context.Context, before, after *imv1alpha1.IMGroup) error {
	if equality.Semantic.DeepEqual(before.Status, after.Status) {
		return nil
	}
	how := client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{})
	if groupstatus.IsUnreadable(before) {
		var err error
		if how, err = replacement(after); err != nil {
			return err
		}
	}
	err := w.client.Status().Patch(ctx, after, how)
	if err == nil {
		w.metrics.SyncWrites.WithLabelValues(metrics.WritePatched).Inc()
	}
	return err
}

// replacement is a patch that puts a status in the place of whatever is there.
func replacement(group *imv1alpha1.IMGroup) (client.Patch, error) {
	patch, err := json.Marshal([]map[string]any{
		{"op": "replace", "path": "/metadata/resourceVersion", "value": group.ResourceVersion},
		{"op": "add", "path": "/status", "value": group.Status},
	})
	return client.RawPatch(types.JSONPatchType, patch), err
}

// orphaned says in IMGroups that their IMApp is missing. A conflict is left to the watch.
func (w writer) orphaned(ctx context.Context, groups []imv1alpha1.IMGroup) error {
	return w.ready(ctx, groups, func(g *imv1alpha1.IMGroup) metav1.Condition { return groupstatus.ReadyCondition(g, false) })
}

// invalid says in IMGroups that no group can have their ID.
func (w writer) invalid(ctx context.Context, groups []imv1alpha1.IMGroup) error {
	groups = slices.DeleteFunc(slices.Clone(groups), func(g imv1alpha1.IMGroup) bool {
		return groupstatus.ReadyReason(&g) == imv1alpha1.ReasonNameConflict
	})
	return w.ready(ctx, groups, func(*imv1alpha1.IMGroup) metav1.Condition {
		return conditions.New(imv1alpha1.ConditionReady, metav1.ConditionFalse, imv1alpha1.ReasonInvalidGroupID,
			"Tencent says that no group has this ID or ever will; check spec.groupID")
	})
}

// ready sets the condition Ready alone.
func (w writer) ready(ctx context.Context, groups []imv1alpha1.IMGroup, ready func(*imv1alpha1.IMGroup) metav1.Condition) error {
	for i := range groups {
		g := &groups[i]
		before := g.DeepCopy()
		groupstatus.SetReady(g, ready(g))
		g.Status.ObservedGeneration = g.Generation
		if err := client.IgnoreNotFound(w.patch(ctx, before, g)); err != nil {
			return fmt.Errorf("marking IMGroup %s: %w", g.Name, err)
		}
	}
	return nil
}
