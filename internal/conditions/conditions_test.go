// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package conditions

import (
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func TestAConditionIsSetAsOfAGeneration(t *testing.T) {
	var all []metav1.Condition
	Set(&all, 3, New("Ready", metav1.ConditionTrue, "Fine", "m"))
	if len(all) != 1 || all[0].ObservedGeneration != 3 || all[0].LastTransitionTime.IsZero() || Reason(all, "Ready") != "Fine" || Reason(all, "Other") != "" {
		t.Errorf("%+v", all)
	}
}

func TestAConditionIsThereOnlyWhileItIsTrue(t *testing.T) {
	var all []metav1.Condition
	for _, step := range []struct {
		why     string
		applies bool
		message string
		want    string
	}{
		{"it applies", true, "m", "Because"},
		{"it does not apply", false, "m", ""},
		{"it applies again", true, "m", "Because"},
		{"it has nothing to say", true, "", ""},
	} {
		SetWhile(step.applies, &all, 1, "Stalled", "Because", step.message)
		if got := Reason(all, "Stalled"); got != step.want {
			t.Errorf("%s: reason %q, want %q", step.why, got, step.want)
		}
	}
}
