// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package group

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/conditions"
	"github.com/imgroup-operator/imgroup-operator/internal/event"
	"github.com/imgroup-operator/imgroup-operator/internal/groupstatus"
	"github.com/imgroup-operator/imgroup-operator/internal/kube"
	"github.com/imgroup-operator/imgroup-operator/internal/merge"
	"github.com/imgroup-operator/imgroup-operator/internal/metrics"
)

const (
	// conflictTries bounds how often one reconcile reads again after another writer was faster.
	conflictTries = 5
	// cachePatience is how long a read waits for the cache to show this replica's own last write. After an outage the
	// watch may take longer than that to come back.
	cachePatience = 500 * time.Millisecond
)

// find returns the IMGroups of a group: those of the index, and the one of the operator's own name, which the index may
// not show yet when it was created a moment ago.
func (r *Controller) find(ctx context.Context, key event.Key) ([]imv1alpha1.IMGroup, error) {
	var list imv1alpha1.IMGroupList
	err := r.Client.List(ctx, &list, client.InNamespace(key.Namespace), client.DisableReadYourWritesConsistency,
		client.MatchingFields{kube.GroupIndex: kube.GroupIndexKey(key.App, key.GroupID)})
	if err != nil {
		return nil, fmt.Errorf("looking up IMGroups: %w", err)
	}
	names := map[string]bool{groupstatus.Name(key.App, key.GroupID): true}
	for i := range list.Items {
		names[list.Items[i].Name] = true
	}
	groups := make([]imv1alpha1.IMGroup, 0, len(names))
	for name := range names {
		group, err := r.get(ctx, types.NamespacedName{Namespace: key.Namespace, Name: name})
		if apierrors.IsNotFound(err) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("reading IMGroup %s: %w", name, err)
		}
		if group.Spec.AppRef.Name == key.App && group.Spec.GroupID == key.GroupID && group.DeletionTimestamp.IsZero() {
			groups = append(groups, *group)
		}
	}
	return groups, nil
}

// get reads an IMGroup from the cache once that shows this replica's own last write, else from the API server, and then as
// the cache would hold it.
func (r *Controller) get(ctx context.Context, name types.NamespacedName) (*imv1alpha1.IMGroup, error) {
	group := &imv1alpha1.IMGroup{}
	patience, cancel := context.WithTimeout(ctx, cachePatience)
	defer cancel()
	if err := r.Client.Get(patience, name, group); !errors.Is(err, context.DeadlineExceeded) {
		return group, err
	}
	group, err := r.getLive(ctx, name)
	if err == nil {
		_, err = groupstatus.Compact(group)
	}
	return group, err
}

func (r *Controller) getLive(ctx context.Context, name types.NamespacedName) (*imv1alpha1.IMGroup, error) {
	group := &imv1alpha1.IMGroup{}
	return group, r.Live.Get(ctx, name, group)
}

// readAgain reads an IMGroup as it is now. One that was deleted and recreated may be about another group, whose state
// this is not: that is an error, and the next try finds the group's IMGroups anew.
func (r *Controller) readAgain(ctx context.Context, group *imv1alpha1.IMGroup) (*imv1alpha1.IMGroup, error) {
	live, err := r.getLive(ctx, client.ObjectKeyFromObject(group))
	if err == nil && live.UID != group.UID {
		err = errors.New("it is another object now")
	}
	if err != nil {
		return nil, fmt.Errorf("reading IMGroup %s again: %w", group.Name, err)
	}
	return live, nil
}

// writeAll writes the pending events into every IMGroup of the group. Several of them share what each knows, for
// which their large texts are needed.
func (r *Controller) writeAll(ctx context.Context, app *imv1alpha1.IMApp, groups []imv1alpha1.IMGroup, pending event.Event) error {
	compact := len(groups) == 1
	if !compact {
		for i := range groups {
			live, err := r.readAgain(ctx, &groups[i])
			if err != nil {
				return err
			}
			groups[i] = *live
			pending.State = merge.Join(pending.State, groupstatus.State(&live.Status, app.Spec.SDKAppID))
		}
	}
	var refused error // by one of them must not keep the events from the others
	for i := range groups {
		err := r.write(ctx, app, &groups[i], pending, compact)
		var drop *dropped
		if errors.As(err, &drop) {
			refused = err
		} else if err != nil {
			return err
		}
	}
	return refused
}

// write merges the pending events into one IMGroup with one patch of what differs. A conflict is not an error: the
// object is read again and merged again. compact means that the object comes from the cache.
func (r *Controller) write(ctx context.Context, app *imv1alpha1.IMApp, group *imv1alpha1.IMGroup, pending event.Event, compact bool) error {
	live := compact && groupstatus.NeedsTexts(&group.Status, app.Spec.SDKAppID, pending.State)
	var err error
	for range conflictTries {
		if live {
			if group, err = r.readAgain(ctx, group); err != nil {
				return err
			}
			compact = false
		}
		if err = r.writeOnce(ctx, app, group, pending, compact); !apierrors.IsConflict(err) {
			return refusal(err)
		}
		r.Metrics.SyncWrites.WithLabelValues(metrics.WriteConflict).Inc()
		live = true
	}
	return err
}

func (r *Controller) writeOnce(ctx context.Context, app *imv1alpha1.IMApp, group *imv1alpha1.IMGroup, pending event.Event, compact bool) error {
	if groupstatus.IsCreated(group) && !isOwned(group, app) {
		if err := r.own(ctx, app, group); err != nil {
			return err
		}
		compact = false // the answer holds the whole object
	}
	before := group.DeepCopy()
	overflow := groupstatus.Merge(group, app.Spec.SDKAppID, pending.State, compact)
	if err := r.patch(ctx, before, group); err != nil {
		return err
	}
	r.Metrics.SyncDropped.WithLabelValues(metrics.DropCustomOverflow).Add(float64(overflow))
	r.Events.Changed(before, group, pending.State, compact)
	return nil
}

// own makes the IMApp the owner of an IMGroup that was created for another one of its name, which was deleted: without
// that the garbage collector would still delete the IMGroup, and what is written into it now.
func (r *Controller) own(ctx context.Context, app *imv1alpha1.IMApp, group *imv1alpha1.IMGroup) error {
	before := group.DeepCopy()
	group.OwnerReferences = slices.Concat(slices.DeleteFunc(group.OwnerReferences, isIMApp), ownedBy(app))
	return r.Client.Patch(ctx, group, client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{}))
}

// isOwned tells that no other IMApp owns an IMGroup. One without an owner was orphaned on purpose.
func isOwned(group *imv1alpha1.IMGroup, app *imv1alpha1.IMApp) bool {
	return !slices.ContainsFunc(group.OwnerReferences, func(o metav1.OwnerReference) bool { return isIMApp(o) && o.UID != app.UID })
}

func isIMApp(o metav1.OwnerReference) bool { return o.Kind == "IMApp" }

// patch sends the members of the status that differ, locked by the resourceVersion; nothing when none does.
func (r *Controller) patch(ctx context.Context, before, after *imv1alpha1.IMGroup) error {
	if equality.Semantic.DeepEqual(before.Status, after.Status) {
		return nil
	}
	err := r.Client.Status().Patch(ctx, after, client.MergeFromWithOptions(before, client.MergeFromWithOptimisticLock{}))
	if err == nil {
		r.succeeded(metrics.WritePatched)
	}
	return err
}

// writeAppNotFound says in an IMGroup's conditions that its IMApp is missing. A conflict is left to the watch.
func (r *Controller) writeAppNotFound(ctx context.Context, group *imv1alpha1.IMGroup) error {
	before := group.DeepCopy()
	ready := groupstatus.ReadyCondition(group, false)
	conditions.Set(&group.Status.Conditions, group.Generation, ready)
	group.Status.ObservedGeneration = group.Generation
	return client.IgnoreNotFound(r.patch(ctx, before, group))
}
