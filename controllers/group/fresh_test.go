// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package group

import (
	"errors"
	"strings"
	"testing"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/event"
	"github.com/imgroup-operator/imgroup-operator/internal/groupstatus"
	"github.com/imgroup-operator/imgroup-operator/internal/metrics"
)

func fieldsOf(s event.State) string {
	var names []string
	for _, r := range s.Registers {
		names = append(names, r.Field)
	}
	return strings.Join(names, " ")
}

func TestACallbackIsStaleOnlyInWhatAResyncHasFetched(t *testing.T) {
	watermark := groupstatus.MicroTime(100_000)
	app := &imv1alpha1.IMApp{Spec: imv1alpha1.IMAppSpec{Rest: &imv1alpha1.IMAppREST{CustomFieldKeys: []string{"asked"}}},
		Status: imv1alpha1.IMAppStatus{Resync: &imv1alpha1.ResyncStatus{Watermark: &watermark}}}
	for _, c := range []struct {
		why    string
		time   int64
		fields []string
		want   string
	}{
		{"not older than the margin", 40_000, []string{"name", "custom/asked"}, "alive custom/asked name"},
		{"older", 39_999, []string{"name", "custom/asked"}, ""},
		{"older, with a field that no resync asks for", 39_999, []string{"name", "custom/other"}, "custom/other"},
	} {
		var told []event.Value
		for _, f := range c.fields {
			told = append(told, event.Value{Field: f, Value: "x"})
		}
		got, err := fresh(app, event.Event{Count: 1, State: event.NewState(event.Changed, at(c.time), told)})
		var drop *dropped
		if stale := errors.As(err, &drop) && drop.reason == metrics.DropStale; stale != (c.want == "") {
			t.Errorf("%s: %v", c.why, err)
		} else if !stale && fieldsOf(got.State) != c.want {
			t.Errorf("%s: kept %q, want %q", c.why, fieldsOf(got.State), c.want)
		}
	}
}
