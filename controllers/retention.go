// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"context"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

// retention is how long IMGroups of disbanded groups are kept; 0 = for ever.
func retention(app *imv1alpha1.IMApp) time.Duration {
	if g := app.Spec.Groups; g != nil && g.DestroyedRetentionSeconds != nil {
		return time.Duration(*g.DestroyedRetentionSeconds) * time.Second
	}
	return 0
}

// expires tells whether an IMGroup is to be deleted when its time has come: the operator made it, and its group is
// known to be disbanded.
func expires(app *imv1alpha1.IMApp, g *imv1alpha1.IMGroup) bool {
	return retention(app) > 0 && g.Status.DestroyedTime != nil && isCreated(g) &&
		g.Name == imgroupName(g.Spec.AppRef.Name, g.Spec.GroupID)
}

// expire deletes the IMGroups whose time has come, and returns how long the next one has left; 0: there is none.
func (r *GroupSync) expire(ctx context.Context, app *imv1alpha1.IMApp, groups []imv1alpha1.IMGroup) (time.Duration, error) {
	for i := range groups {
		g := &groups[i]
		if !expires(app, g) {
			continue
		}
		if left := g.Status.DestroyedTime.Add(retention(app)).Sub(r.Now()); left > 0 {
			return left, nil
		}
		if err := r.delete(ctx, g); err != nil {
			return 0, err
		}
		log.FromContext(ctx).Info("deleted the IMGroup of a disbanded group", "imgroup", g.Name)
	}
	return 0, nil
}

// delete deletes an IMGroup as it was seen. One that has changed meanwhile may be of a living group.
func (r *GroupSync) delete(ctx context.Context, g *imv1alpha1.IMGroup) error {
	seen := client.Preconditions(metav1.Preconditions{UID: &g.UID, ResourceVersion: &g.ResourceVersion})
	err := r.Client.Delete(ctx, g, seen)
	if err != nil && !apierrors.IsNotFound(err) {
		return fmt.Errorf("deleting IMGroup %s of a disbanded group: %w", g.Name, err)
	}
	return nil
}
