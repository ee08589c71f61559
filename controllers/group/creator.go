// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package group

import (
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/controllers/inventory"
	"github.com/imgroup-operator/imgroup-operator/internal/conditions"
	"github.com/imgroup-operator/imgroup-operator/internal/event"
	"github.com/imgroup-operator/imgroup-operator/internal/groupstatus"
	"github.com/imgroup-operator/imgroup-operator/internal/metrics"
)

// creator creates IMGroups in places of the inventory that were reserved for them.
type creator struct {
	writer    writer
	inventory *inventory.Inventory
}

// create creates the IMGroup of a group, or returns the one that is there already when it is of the same group.
func (c creator) create(ctx context.Context, app *imv1alpha1.IMApp, key event.Key) (*imv1alpha1.IMGroup, error) {
	group := newGroup(app, key)
	name := client.ObjectKeyFromObject(group)
	err := c.writer.client.Create(ctx, group)
	if err == nil {
		c.writer.metrics.SyncWrites.WithLabelValues(metrics.WriteCreated).Inc()
		return group, nil
	}
	c.inventory.Release(name, app.Name)
	if !apierrors.IsAlreadyExists(err) {
		return nil, refusal(fmt.Errorf("creating IMGroup %s: %w", name.Name, err))
	}
	return c.adopt(ctx, newGroup(app, key))
}

func (c creator) adopt(ctx context.Context, group *imv1alpha1.IMGroup) (*imv1alpha1.IMGroup, error) {
	existing := &imv1alpha1.IMGroup{}
	err := c.writer.api.Get(ctx, client.ObjectKeyFromObject(group), existing)
	switch {
	case err != nil:
		return nil, fmt.Errorf("reading IMGroup %s, which exists already: %w", group.Name, err)
	case !existing.DeletionTimestamp.IsZero():
		return nil, fmt.Errorf("IMGroup %s is being deleted", group.Name)
	case existing.Spec == group.Spec:
		return existing, nil
	}
	return nil, c.nameConflict(ctx, existing, group.Spec.GroupID)
}

// nameConflict marks the object that has another group's name; its IMApp's status is derived from that mark.
func (c creator) nameConflict(ctx context.Context, existing *imv1alpha1.IMGroup, groupID string) error {
	before := existing.DeepCopy()
	groupstatus.SetReady(existing, conditions.New(imv1alpha1.ConditionReady, metav1.ConditionFalse,
		imv1alpha1.ReasonNameConflict, fmt.Sprintf("the object has the name that belongs to group %q, whose state cannot be stored; give this one another name", groupID)))
	if err := c.writer.patch(ctx, before, existing); err != nil {
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
