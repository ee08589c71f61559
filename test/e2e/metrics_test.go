// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"fmt"
	"math"
	"strings"
	"testing"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

// contractMetrics are the metrics that exist before anything has happened, by hand, with their first values.
func contractMetrics() map[string]float64 {
	all := map[string]float64{
		`imgroup_callback_duration_seconds_count`:       0,
		`imgroup_callback_changes_total{imapp="other"}`: 0,
		`imgroup_callback_event_lag_seconds_count`:      0,
		`imgroup_callback_event_time_clamped_total`:     0,
		`imgroup_journal_append_duration_seconds_count`: 0,
		`imgroup_journal_pending_groups`:                0,
		`imgroup_sync_lag_seconds_count`:                0,
		`imgroup_sync_coalesced_events_total`:           0,
		`imgroup_sync_unreadable_objects_total`:         0,
		`imgroup_resync_duration_seconds_count`:         0,
		`imgroup_resync_due_timestamp_seconds`:          math.Inf(1),
		`imgroup_apps{ready="true"}`:                    1,
		`imgroup_apps{ready="false"}`:                   1,
	}
	for format, values := range map[string]string{
		`imgroup_callback_requests_total{command="Group.CallbackAfterGroupInfoChanged",outcome=%q}`: "accepted bad_body bad_group_id command_mismatch wrong_sign expired unsigned wrong_app_id body_too_large journal_full journal_share journal_timeout journal_error journal_closed",
		`imgroup_callback_requests_total{command=%q,outcome="accepted"}`:                            "Group.CallbackAfterGroupInfoChanged Group.CallbackAfterCreateGroup Group.CallbackAfterGroupDestroyed Group.CallbackAfterChangeGroupOwner",
		`imgroup_callback_requests_total{command=%q,outcome="unhandled"}`:                           "Group.CallbackAfterTopicInfoChanged other none",
		`imgroup_callback_requests_total{command="none",outcome=%q}`:                                "not_found method not_ready busy app_busy repeated_parameter",
		`imgroup_callback_truncated_total{field=%q}`:                                                "name introduction notification faceURL type owner customKey customValue customFields operator platform",
		`imgroup_journal_errors_total{op=%q}`:                                                       "append full share damage set_aside",
		`imgroup_sync_writes_total{result=%q}`:                                                      "created patched cleared conflict error rejected",
		`imgroup_sync_dropped_events_total{reason=%q}`:                                              "app_gone app_changed namespace_gone not_declared type_filtered max_count name_conflict rejected stale custom_overflow",
		`imgroup_resync_groups_total{result=%q}`:                                                    "changed unchanged gone invalid error",
	} {
		for value := range strings.FieldsSeq(values) {
			all[fmt.Sprintf(format, value)] = 0
		}
	}
	return all
}

func TestEveryMetricExistsFromTheStart(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	create(t, signedApp(ns, "chat", func(s *imv1alpha1.IMAppSpec) { s.Callback = imv1alpha1.IMAppCallback{AllowUnsigned: true} }))
	create(t, signedApp(ns, "without-secret"))
	o := startOperator(t, ns)
	got := o.metrics()
	for name, want := range contractMetrics() {
		if value, ok := got[name]; !ok || value != want {
			t.Errorf("%s is %v (there: %v), want %v", name, value, ok, want)
		}
	}
	if _, ok := got["imgroup_journal_bytes"]; !ok {
		t.Error("no imgroup_journal_bytes")
	}
}

func TestMetricsTellOfACallbacksWay(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	newApp(t, ns, "chat")
	o := startOperator(t, ns)
	send(t, o.sender(ns, "chat"), harmless)
	o.awaitDrained()
	for name, want := range map[string]float64{
		`imgroup_callback_requests_total{command="Group.CallbackAfterGroupInfoChanged",outcome="accepted"}`: 1,
		`imgroup_callback_duration_seconds_count`:                                                           1,
		`imgroup_callback_event_lag_seconds_count`:                                                          1,
		fmt.Sprintf(`imgroup_callback_changes_total{imapp="%s/chat"}`, ns):                                  1,
		`imgroup_journal_append_duration_seconds_count`:                                                     1,
		`imgroup_sync_writes_total{result="created"}`:                                                       1,
		`imgroup_sync_writes_total{result="patched"}`:                                                       1,
		`imgroup_sync_lag_seconds_count`:                                                                    1,
	} {
		eventually(t, name, func() error { return o.isMetric(name, want) })
	}
	if bytes := o.metric("imgroup_journal_bytes"); bytes <= 0 {
		t.Errorf("imgroup_journal_bytes is %v", bytes)
	}
}
