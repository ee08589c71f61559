// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package group

import (
	"context"
	"errors"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/conditions"
	"github.com/imgroup-operator/imgroup-operator/internal/event"
	"github.com/imgroup-operator/imgroup-operator/internal/groupstatus"
	"github.com/imgroup-operator/imgroup-operator/internal/merge"
	"github.com/imgroup-operator/imgroup-operator/internal/metrics"
	"github.com/imgroup-operator/imgroup-operator/internal/policy"
)

// applyObserved writes what an observation tells that is new, and settles it.
func (r *Controller) applyObserved(ctx context.Context, seen *observation) error {
	result, err := r.compare(ctx, seen)
	var drop *dropped
	switch {
	case errors.As(err, &drop) && drop.setAside:
		result = metrics.ResyncError // the API server refuses it; there is nothing to keep, it can be fetched again
	case errors.As(err, &drop):
		result = metrics.ResyncSkipped
	case err != nil:
		return err
	}
	r.Observed.settle(seen, result)
	return nil
}

// compare returns what became of an observation.
func (r *Controller) compare(ctx context.Context, seen *observation) (string, error) {
	app, err := r.app(ctx, seen.event.Key)
	if err != nil {
		return "", err
	}
	if app == nil || !app.DeletionTimestamp.IsZero() || app.Spec.Suspend {
		return metrics.ResyncSkipped, nil
	}
	groups, err := r.find(ctx, seen.event.Key)
	switch {
	case err != nil:
		return "", err
	case seen.invalid:
		return metrics.ResyncInvalid, r.writeInvalid(ctx, groups)
	case seen.event.SDKAppID != app.Spec.SDKAppID:
		return metrics.ResyncSkipped, nil
	case len(groups) == 0:
		return r.createObserved(ctx, app, seen.event)
	}
	return r.updateObserved(ctx, app, groups, seen.event)
}

// createObserved stores a group that is not known yet, if the IMApp wants it.
func (r *Controller) createObserved(ctx context.Context, app *imv1alpha1.IMApp, seen event.Event) (string, error) {
	if merge.IsDestroyed(seen.State) || policy.Of(app).DeclaredOnly {
		return metrics.ResyncSkipped, nil
	}
	group, _, err := r.create(ctx, app, seen)
	if err != nil {
		return "", err
	}
	return metrics.ResyncChanged, r.write(ctx, app, group, seen, false)
}

func (r *Controller) updateObserved(ctx context.Context, app *imv1alpha1.IMApp, groups []imv1alpha1.IMGroup, seen event.Event) (string, error) {
	result := metrics.ResyncChanged
	if merge.IsDestroyed(seen.State) {
		result = metrics.ResyncGone
	}
	if len(groups) == 1 {
		known := groupstatus.State(&groups[0].Status, app.Spec.SDKAppID)
		if len(groupstatus.Difference(known, seen.State, true).Registers) == 0 && groupstatus.IsSettled(&groups[0], app) && groupstatus.ReadyReason(&groups[0]) != imv1alpha1.ReasonInvalidGroupID {
			return metrics.ResyncUnchanged, nil
		}
	}
	return result, r.writeAll(ctx, app, groups, seen)
}

// writeInvalid says in a group's IMGroups that no group can have this ID.
func (r *Controller) writeInvalid(ctx context.Context, groups []imv1alpha1.IMGroup) error {
	for i := range groups {
		if groupstatus.ReadyReason(&groups[i]) == imv1alpha1.ReasonNameConflict {
			continue
		}
		before := groups[i].DeepCopy()
		conditions.Set(&groups[i].Status.Conditions, groups[i].Generation, conditions.New(imv1alpha1.ConditionReady, metav1.ConditionFalse,
			imv1alpha1.ReasonInvalidGroupID, "Tencent says that no group has this ID or ever will; check spec.groupID"))
		groups[i].Status.ObservedGeneration = groups[i].Generation
		if err := client.IgnoreNotFound(r.patch(ctx, before, &groups[i])); err != nil {
			return fmt.Errorf("marking IMGroup %s: %w", groups[i].Name, err)
		}
	}
	return nil
}
