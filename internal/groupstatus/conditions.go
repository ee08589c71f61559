// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package groupstatus

import (
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/conditions"
	"github.com/imgroup-operator/imgroup-operator/internal/event"
	"github.com/imgroup-operator/imgroup-operator/internal/merge"
)

// fourTexts are what a group must have told before its IMGroup is Synced.
var fourTexts = []string{event.Name, event.Introduction, event.Notification, event.FaceURL}

// SetConditions derives an IMGroup's conditions and destroyedTime from its state. appFound says whether its IMApp exists.
func SetConditions(group *imv1alpha1.IMGroup, state event.State, appFound bool) {
	s := &group.Status
	s.ObservedGeneration = group.Generation
	s.DestroyedTime = nil
	if destroyed, _ := state.Get(event.Destroyed); merge.IsDestroyed(state) {
		t := MicroTime(destroyed.Time)
		s.DestroyedTime = &t
	}
	setCondition(s, ReadyCondition(group, appFound))
	setCondition(s, syncedCondition(state))
	if _, ended := state.Get(event.Destroyed); ended {
		setCondition(s, destroyedCondition(state))
	} else {
		meta.RemoveStatusCondition(&s.Conditions, imv1alpha1.ConditionDestroyed)
	}
}

// ReadyCondition keeps what other parts found out about the group's name and id.
func ReadyCondition(group *imv1alpha1.IMGroup, appFound bool) metav1.Condition {
	if !appFound {
		return conditions.New(imv1alpha1.ConditionReady, metav1.ConditionFalse, imv1alpha1.ReasonAppNotFound,
			"the IMApp of spec.appRef does not exist in this namespace")
	}
	if old := meta.FindStatusCondition(group.Status.Conditions, imv1alpha1.ConditionReady); old != nil &&
		(old.Reason == imv1alpha1.ReasonNameConflict || old.Reason == imv1alpha1.ReasonInvalidGroupID) {
		return *old
	}
	return conditions.New(imv1alpha1.ConditionReady, metav1.ConditionTrue, imv1alpha1.ReasonTracking, "")
}

// dropInvalid takes back that a group cannot exist: something has happened in it.
func dropInvalid(group *imv1alpha1.IMGroup) {
	if ReadyReason(group) == imv1alpha1.ReasonInvalidGroupID {
		meta.RemoveStatusCondition(&group.Status.Conditions, imv1alpha1.ConditionReady)
	}
}

func syncedCondition(state event.State) metav1.Condition {
	known := 0
	for _, field := range fourTexts {
		if _, ok := state.Get(field); ok {
			known++
		}
	}
	switch {
	case len(state.Registers) == 0:
		return conditions.New(imv1alpha1.ConditionSynced, metav1.ConditionUnknown, imv1alpha1.ReasonAwaitingFirstCallback,
			"nothing is known of the group yet")
	case known < len(fourTexts):
		return conditions.New(imv1alpha1.ConditionSynced, metav1.ConditionFalse, imv1alpha1.ReasonPartial,
			"not all of name, introduction, notification and faceURL are known yet")
	}
	return conditions.New(imv1alpha1.ConditionSynced, metav1.ConditionTrue, imv1alpha1.ReasonAllFieldsKnown, "")
}

// destroyedCondition is of a group that was disbanded at some time; it may have been created again.
func destroyedCondition(state event.State) metav1.Condition {
	if merge.IsDestroyed(state) {
		return conditions.New(imv1alpha1.ConditionDestroyed, metav1.ConditionTrue, imv1alpha1.ReasonDisbanded, "the group was disbanded")
	}
	return conditions.New(imv1alpha1.ConditionDestroyed, metav1.ConditionFalse, imv1alpha1.ReasonExists, "")
}

// SetReady sets the condition Ready alone.
func SetReady(group *imv1alpha1.IMGroup, ready metav1.Condition) { setCondition(&group.Status, ready) }

// setCondition gives a condition no generation of its own: the spec never changes, and the status has one.
func setCondition(s *imv1alpha1.IMGroupStatus, c metav1.Condition) {
	conditions.Set(&s.Conditions, 0, c)
}
