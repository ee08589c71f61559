// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/event"
	"github.com/imgroup-operator/imgroup-operator/internal/merge"
)

// fourTexts are what a group must have told before its IMGroup is Synced.
var fourTexts = []string{event.Name, event.Introduction, event.Notification, event.FaceURL}

// setGroupConditions derives an IMGroup's conditions and destroyedTime from its state. appFound tells whether its IMApp exists.
func setGroupConditions(group *imv1alpha1.IMGroup, state event.State, appFound bool) {
	s := &group.Status
	s.ObservedGeneration = group.Generation
	s.DestroyedTime = nil
	if destroyed, _ := state.Get(event.Destroyed); merge.IsDestroyed(state) {
		t := microTime(destroyed.Time)
		s.DestroyedTime = &t
	}
	for _, c := range []metav1.Condition{readyCondition(group, appFound), syncedCondition(state), destroyedCondition(state)} {
		setCondition(&s.Conditions, group.Generation, c)
	}
}

func setCondition(conditions *[]metav1.Condition, generation int64, c metav1.Condition) {
	c.ObservedGeneration = generation
	meta.SetStatusCondition(conditions, c)
}

// readyCondition keeps what other parts found out about the group's name and id.
func readyCondition(group *imv1alpha1.IMGroup, appFound bool) metav1.Condition {
	if !appFound {
		return condition(imv1alpha1.ConditionReady, metav1.ConditionFalse, imv1alpha1.ReasonAppNotFound,
			"the IMApp of spec.appRef does not exist in this namespace")
	}
	if old := meta.FindStatusCondition(group.Status.Conditions, imv1alpha1.ConditionReady); old != nil &&
		(old.Reason == imv1alpha1.ReasonNameConflict || old.Reason == imv1alpha1.ReasonInvalidGroupID) {
		return *old
	}
	return condition(imv1alpha1.ConditionReady, metav1.ConditionTrue, imv1alpha1.ReasonTracking, "the operator tracks this group")
}

// dropInvalid takes back that a group cannot exist: something has happened in it.
func dropInvalid(group *imv1alpha1.IMGroup) {
	if readyReason(group) == imv1alpha1.ReasonInvalidGroupID {
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
		return condition(imv1alpha1.ConditionSynced, metav1.ConditionUnknown, imv1alpha1.ReasonAwaitingFirstCallback,
			"nothing is known of the group yet")
	case known < len(fourTexts):
		return condition(imv1alpha1.ConditionSynced, metav1.ConditionFalse, imv1alpha1.ReasonPartial,
			"not all of name, introduction, notification and faceURL are known yet")
	}
	return condition(imv1alpha1.ConditionSynced, metav1.ConditionTrue, imv1alpha1.ReasonAllFieldsKnown,
		"name, introduction, notification and faceURL are known")
}

func destroyedCondition(state event.State) metav1.Condition {
	switch {
	case len(state.Registers) == 0:
		return condition(imv1alpha1.ConditionDestroyed, metav1.ConditionUnknown, imv1alpha1.ReasonAwaitingFirstCallback,
			"nothing is known of the group yet")
	case merge.IsDestroyed(state):
		return condition(imv1alpha1.ConditionDestroyed, metav1.ConditionTrue, imv1alpha1.ReasonDisbanded, "the group was disbanded")
	}
	return condition(imv1alpha1.ConditionDestroyed, metav1.ConditionFalse, imv1alpha1.ReasonExists, "the group exists")
}

func condition(kind string, status metav1.ConditionStatus, reason, message string) metav1.Condition {
	return metav1.Condition{Type: kind, Status: status, Reason: reason, Message: message}
}
