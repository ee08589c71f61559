// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1

import (
	"encoding/json"
	jsonv2 "encoding/json/v2"
	"fmt"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// UnmarshalJSON reads an IMGroup. What is stored in another shape, by hand or before a CRD changed, is no error, which would make
// every list with it fail: a status that cannot be read is empty but for the condition Ready, which is False/Unreadable and says
// why, and a spec that cannot be read is empty, too.
func (g *IMGroup) UnmarshalJSON(b []byte) error {
	type plain IMGroup
	fault := jsonv2.Unmarshal(b, (*plain)(g), json.DefaultOptionsV1()) // json.Unmarshal would look through it once before
	if fault == nil {
		return nil
	}
	*g = IMGroup{}
	var parts struct {
		metav1.TypeMeta `json:",inline"`

		Metadata metav1.ObjectMeta `json:"metadata"`
		Spec     json.RawMessage   `json:"spec"`
	}
	if err := json.Unmarshal(b, &parts); err != nil {
		return fmt.Errorf("reading an IMGroup: %w", err)
	}
	g.TypeMeta, g.ObjectMeta = parts.TypeMeta, parts.Metadata
	if json.Unmarshal(parts.Spec, &g.Spec) != nil {
		g.Spec = IMGroupSpec{}
	}
	g.Status.ObservedGeneration = -1
	g.Status.Conditions = []metav1.Condition{{Type: ConditionReady, Status: metav1.ConditionFalse, Reason: ReasonUnreadable,
		Message: "what is stored cannot be read as an IMGroup: " + fault.Error(), LastTransitionTime: g.CreationTimestamp}}
	return nil
}
