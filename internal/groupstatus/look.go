// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package groupstatus

import (
	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/conditions"
	"github.com/imgroup-operator/imgroup-operator/internal/event"
	"github.com/imgroup-operator/imgroup-operator/internal/policy"
)

// Key names the group of an IMGroup.
func Key(g *imv1alpha1.IMGroup) event.Key {
	return event.Key{Namespace: g.Namespace, App: g.Spec.AppRef.Name, GroupID: g.Spec.GroupID}
}

// IsCreated reports whether the operator created the IMGroup, as opposed to somebody who declared it.
func IsCreated(g *imv1alpha1.IMGroup) bool {
	return g.Labels[imv1alpha1.LabelManagedBy] == imv1alpha1.ManagedByValue && g.Labels[imv1alpha1.LabelApp] == g.Spec.AppRef.Name
}

// IsOurs reports whether the operator created the IMGroup and it has the operator's own name for its group.
func IsOurs(g *imv1alpha1.IMGroup) bool {
	return IsCreated(g) && g.Name == Name(g.Spec.AppRef.Name, g.Spec.GroupID)
}

// ReadyReason returns the reason of the condition Ready; empty if there is none.
func ReadyReason(g *imv1alpha1.IMGroup) string {
	return conditions.Reason(g.Status.Conditions, imv1alpha1.ConditionReady)
}

// IsUnknown reports whether nothing is known of an IMGroup's group, not even that there can be none.
func IsUnknown(g *imv1alpha1.IMGroup) bool {
	return len(g.Status.FieldTimes) == 0 && ReadyReason(g) != imv1alpha1.ReasonInvalidGroupID
}

// IsUnreadable reports whether what is stored of an IMGroup has another shape. Nothing is known of it then.
func IsUnreadable(g *imv1alpha1.IMGroup) bool { return ReadyReason(g) == imv1alpha1.ReasonUnreadable }

// IsPartial reports whether something is known of a group, and not yet all four texts.
func IsPartial(g *imv1alpha1.IMGroup) bool {
	return conditions.Reason(g.Status.Conditions, imv1alpha1.ConditionSynced) == imv1alpha1.ReasonPartial
}

// Expires reports whether an IMGroup is to be deleted when its time has come: the operator made it, and its group is
// known to be disbanded.
func Expires(g *imv1alpha1.IMGroup, app *imv1alpha1.IMApp) bool {
	return policy.Of(app).Retention > 0 && g.Status.DestroyedTime != nil && IsOurs(g)
}

// IsSettled reports whether without new events there is nothing to write into an IMGroup: its status is of this spec, of this
// application, says rightly whether its IMApp exists, and it is not to be deleted at some time.
func IsSettled(g *imv1alpha1.IMGroup, app *imv1alpha1.IMApp) bool {
	ready := ReadyReason(g)
	if ready == "" || ready == imv1alpha1.ReasonUnreadable || g.Status.ObservedGeneration != g.Generation || (app == nil) != (ready == imv1alpha1.ReasonAppNotFound) {
		return false
	}
	return app == nil || g.Status.SDKAppID == app.Spec.SDKAppID && !Expires(g, app)
}
