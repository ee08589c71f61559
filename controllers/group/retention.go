// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package group

import (
	"context"
	"fmt"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/log"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/groupstatus"
	"github.com/imgroup-operator/imgroup-operator/internal/policy"
)

// retention deletes IMGroups of disbanded groups.
type retention struct {
	client client.Client
	now    func() time.Time
}

// expire deletes the IMGroups whose time has come, and returns how long the next one has left; 0: there is none.
func (r retention) expire(ctx context.Context, app *imv1alpha1.IMApp, groups []imv1alpha1.IMGroup) (time.Duration, error) {
	for i := range groups {
		g := &groups[i]
		if !groupstatus.Expires(g, app) {
			continue
		}
		if left := g.Status.DestroyedTime.Add(policy.Of(app).Retention).Sub(r.now()); left > 0 {
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
func (r retention) delete(ctx context.Context, g *imv1alpha1.IMGroup) error {
	seen := client.Preconditions(metav1.Preconditions{UID: &g.UID, ResourceVersion: &g.ResourceVersion})
	err := r.client.Delete(ctx, g, seen)
	if err != nil && !apierrors.IsNotFound(err) {
		return fmt.Errorf("deleting IMGroup %s of a disbanded group: %w", g.Name, err)
	}
	return nil
}
