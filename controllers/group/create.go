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

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/controllers/inventory"
	"github.com/imgroup-operator/imgroup-operator/internal/conditions"
	"github.com/imgroup-operator/imgroup-operator/internal/event"
	"github.com/imgroup-operator/imgroup-operator/internal/groupstatus"
	"github.com/imgroup-operator/imgroup-operator/internal/metrics"
	"github.com/imgroup-operator/imgroup-operator/internal/policy"
)

// create makes the IMGroup of a group that has none, if the IMApp wants it. It returns how long to wait for somebody
// to declare one instead.
func (r *Controller) create(ctx context.Context, app *imv1alpha1.IMApp, pending event.Event) (*imv1alpha1.IMGroup, time.Duration, error) {
	wanted := policy.Of(app)
	if wanted.DeclaredOnly {
		if left := r.grace.left(pending.Key, notDeclaredGrace, r.Now()); left > 0 {
			return nil, left, nil
		}
		return nil, 0, &dropped{reason: metrics.DropNotDeclared}
	}
	if kind, _ := pending.State.Get(event.Type); !wanted.Wants(kind.Value) {
		return nil, 0, &dropped{reason: metrics.DropTypeFiltered}
	}
	group := newGroup(app, pending.Key)
	if !r.Inventory.Reserve(client.ObjectKeyFromObject(group), app.Name, wanted.MaxCount) {
		r.LimitReached(inventory.AppOf(group))
		return nil, 0, &dropped{reason: metrics.DropMaxCount}
	}
	group, err := r.createOrAdopt(ctx, group)
	if err != nil {
		r.Inventory.Release(client.ObjectKeyFromObject(newGroup(app, pending.Key)), app.Name)
	}
	return group, 0, err
}

// createOrAdopt creates an IMGroup, or returns the one that is there already when it is of the same group.
func (r *Controller) createOrAdopt(ctx context.Context, group *imv1alpha1.IMGroup) (*imv1alpha1.IMGroup, error) {
	err := r.Client.Create(ctx, group)
	if err == nil {
		r.succeeded(metrics.WriteCreated)
		return group, nil
	}
	if !apierrors.IsAlreadyExists(err) {
		return nil, refusal(fmt.Errorf("creating IMGroup %s: %w", group.Name, err))
	}
	existing, err := r.getLive(ctx, client.ObjectKeyFromObject(group))
	if err != nil {
		return nil, fmt.Errorf("reading IMGroup %s, which exists already: %w", group.Name, err)
	}
	if !existing.DeletionTimestamp.IsZero() {
		return nil, fmt.Errorf("IMGroup %s is being deleted", group.Name)
	}
	if existing.Spec == group.Spec {
		r.Inventory.Release(client.ObjectKeyFromObject(group), group.Spec.AppRef.Name)
		return existing, nil
	}
	return nil, r.nameConflict(ctx, existing, group.Spec.GroupID)
}

// nameConflict marks the object that has another group's name; its IMApp's status is derived from that mark.
func (r *Controller) nameConflict(ctx context.Context, existing *imv1alpha1.IMGroup, groupID string) error {
	before := existing.DeepCopy()
	conditions.Set(&existing.Status.Conditions, existing.Generation, conditions.New(imv1alpha1.ConditionReady, metav1.ConditionFalse,
		imv1alpha1.ReasonNameConflict, fmt.Sprintf("the object has the name that belongs to group %q, whose state cannot be stored; give this one another name", groupID)))
	if err := r.patch(ctx, before, existing); err != nil {
		return fmt.Errorf("marking IMGroup %s: %w", existing.Name, err)
	}
	return &dropped{reason: metrics.DropNameConflict, setAside: true,
		cause: fmt.Errorf("IMGroup %s exists with spec.groupID %q", existing.Name, existing.Spec.GroupID)}
}

// newGroup is the object that the operator creates for a group.
func newGroup(app *imv1alpha1.IMApp, key event.Key) *imv1alpha1.IMGroup {
	return &imv1alpha1.IMGroup{
		ObjectMeta: metav1.ObjectMeta{
			Namespace: key.Namespace,
			Name:      groupstatus.Name(key.App, key.GroupID),
			Labels: map[string]string{
				imv1alpha1.LabelApp:       app.Name,
				imv1alpha1.LabelManagedBy: imv1alpha1.ManagedByValue,
			},
			OwnerReferences: ownedBy(app),
		},
		Spec: imv1alpha1.IMGroupSpec{AppRef: imv1alpha1.AppReference{Name: app.Name}, GroupID: key.GroupID},
	}
}

func ownedBy(app *imv1alpha1.IMApp) []metav1.OwnerReference {
	return []metav1.OwnerReference{{APIVersion: imv1alpha1.GroupVersion.String(), Kind: "IMApp", Name: app.Name, UID: app.UID}}
}
