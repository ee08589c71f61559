// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package v1alpha1_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

// One object that cannot be read must not take a list with it, and must not pass for one that says something.
func TestAnIMGroupThatCannotBeReadSpoilsNoList(t *testing.T) {
	const meta, spec = `"metadata": {"name": "odd", "namespace": "chat", "labels": {"a": "b"}}`, `"spec": {"appRef": {"name": "chat"}, "groupID": "g"}`
	for _, c := range []struct {
		why, object string
		spec        bool // can be read
	}{
		{"times as a list", `{` + meta + `, ` + spec + `, "status": {"name": "n", "fieldTimes": [{"field": "name", "eventTime": "2026-01-02T03:04:05.678000Z"}]}}`, true},
		{"custom fields as a list", `{` + meta + `, ` + spec + `, "status": {"customFields": [{"key": "k", "value": "v"}]}}`, true},
		{"a time that is none", `{` + meta + `, ` + spec + `, "status": {"fieldTimes": {"name": "yesterday"}}}`, true},
		{"a status that is a text", `{` + meta + `, ` + spec + `, "status": "fine"}`, true},
		{"a group ID that is a number", `{` + meta + `, "spec": {"groupID": 7}, "status": {"name": "n"}}`, false},
		{"a spec that is a list", `{` + meta + `, "spec": []}`, false},
	} {
		var list v1alpha1.IMGroupList
		good := `{"metadata": {"name": "good"}, ` + spec + `, "status": {"name": "n", "observedGeneration": 1, "fieldTimes": {"name": "2026-01-02T03:04:05.678000Z"}}}`
		if err := json.Unmarshal([]byte(`{"items": [`+c.object+`, `+good+`]}`), &list); err != nil || len(list.Items) != 2 {
			t.Errorf("%s: %d objects, %v", c.why, len(list.Items), err)
			continue
		}
		odd := list.Items[0]
		if odd.Name != "odd" || odd.Labels["a"] != "b" || (odd.Spec.GroupID == "g") != c.spec {
			t.Errorf("%s: read as %+v", c.why, odd)
		}
		if s := odd.Status; s.Name != nil || len(s.FieldTimes) > 0 || len(s.Conditions) != 1 || s.Conditions[0].Reason != v1alpha1.ReasonUnreadable ||
			!strings.Contains(s.Conditions[0].Message, "cannot be read as an IMGroup: ") {
			t.Errorf("%s: the status is read as %+v", c.why, s)
		}
		if s := list.Items[1].Status; *s.Name != "n" || len(s.FieldTimes) != 1 || len(s.Conditions) != 0 {
			t.Errorf("%s: the good one is read as %+v", c.why, s)
		}
	}
	if err := json.Unmarshal([]byte(`{"metadata": {"name": 7}}`), &v1alpha1.IMGroup{}); err == nil {
		t.Error("metadata that cannot be read is no error")
	}
}
