// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package url

import (
	"cmp"

	"k8s.io/apimachinery/pkg/api/meta"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

// endpoint is what url tells of an IMApp.
type endpoint struct {
	Namespace   string `json:"namespace"`
	Name        string `json:"name"`
	SDKAppID    int64  `json:"sdkAppID"`
	URL         string `json:"url,omitempty"` // absent: the operator does not know its address
	Path        string `json:"path"`
	Signed      bool   `json:"signed"`
	TokenSecret string `json:"tokenSecret,omitempty"`
	Ready       bool   `json:"ready"` // callbacks are accepted
	Suspended   bool   `json:"suspended,omitempty"`
	Reason      string `json:"reason,omitempty"`
	Message     string `json:"message,omitempty"`
}

func endpointOf(app *imv1alpha1.IMApp) endpoint {
	e := endpoint{Namespace: app.Namespace, Name: app.Name, SDKAppID: app.Spec.SDKAppID, URL: app.Status.CallbackURL,
		Path: cmp.Or(app.Status.CallbackPath, app.CallbackPath()), Signed: !app.Spec.Callback.AllowUnsigned, Suspended: app.Spec.Suspend}
	if ref := app.Spec.Callback.TokenSecretRef; ref != nil {
		e.TokenSecret = ref.Name
	}
	e.Reason, e.Message = "NoStatus", "The operator has not looked at it: it does not run, or it does not serve this namespace."
	if ready := meta.FindStatusCondition(app.Status.Conditions, imv1alpha1.ConditionReady); ready != nil {
		e.Ready = ready.Status == "True" && !app.Spec.Suspend
		e.Reason, e.Message = ready.Reason, ready.Message
	}
	return e
}

// readyWord is the condition in the table.
func (e *endpoint) readyWord() string {
	switch {
	case e.Suspended:
		return "suspended"
	case e.Ready:
		return "yes"
	}
	return e.Reason
}
