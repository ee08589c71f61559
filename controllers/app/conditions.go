// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"fmt"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/controllers/inventory"
	"github.com/imgroup-operator/imgroup-operator/internal/apps"
	"github.com/imgroup-operator/imgroup-operator/internal/conditions"
	"github.com/imgroup-operator/imgroup-operator/internal/policy"
)

func appReady(app *imv1alpha1.IMApp, known apps.App, report inventory.Report, badSpec string) metav1.Condition {
	ready := func(status metav1.ConditionStatus, reason, message string) metav1.Condition {
		return conditions.New(imv1alpha1.ConditionReady, status, reason, message)
	}
	limit := policy.Of(app).MaxCount
	switch {
	case app.Spec.Suspend:
		return ready(metav1.ConditionTrue, imv1alpha1.ReasonSuspended, "spec.suspend is set: callbacks are answered with 404 and nothing is written")
	case badSpec != "":
		return ready(metav1.ConditionFalse, imv1alpha1.ReasonInvalidSpec, badSpec)
	case !known.Ready:
		return ready(metav1.ConditionFalse, known.Problem.Reason, known.Problem.Message)
	case known.Warning != "":
		return ready(metav1.ConditionTrue, imv1alpha1.ReasonReady, "callbacks are accepted; but "+known.Warning)
	case report.Created >= limit:
		return ready(metav1.ConditionTrue, imv1alpha1.ReasonReady, fmt.Sprintf(
			"callbacks are accepted; spec.groups.maxCount (%d) is reached, so IMGroups of further groups are not created", limit))
	}
	return ready(metav1.ConditionTrue, imv1alpha1.ReasonReady, "callbacks are accepted")
}

func authenticated(app *imv1alpha1.IMApp, problem apps.Problem) metav1.Condition {
	switch {
	case app.Spec.Callback.AllowUnsigned:
		return conditions.New(imv1alpha1.ConditionCallbackAuthenticated, metav1.ConditionFalse, imv1alpha1.ReasonUnsigned,
			"spec.callback.allowUnsigned is set: whoever reaches the callback path can change this app's IMGroups")
	case problem.Reason != "":
		return conditions.New(imv1alpha1.ConditionCallbackAuthenticated, metav1.ConditionUnknown, problem.Reason, problem.Message)
	}
	return conditions.New(imv1alpha1.ConditionCallbackAuthenticated, metav1.ConditionTrue, imv1alpha1.ReasonSigned, "every callback must be signed")
}

// namesShown bounds the names that a condition's message lists.
const namesShown = 5

func conflictMessage(names []string) string {
	if len(names) == 0 {
		return ""
	}
	shown := strings.Join(names[:min(len(names), namesShown)], ", ")
	if more := len(names) - namesShown; more > 0 {
		shown += fmt.Sprintf(" and %d more", more)
	}
	return "IMGroups with a name that belongs to another group, whose state cannot be stored: " + shown
}
