// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package metrics

import (
	"math"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
)

func gathered(t *testing.T) (*prometheus.Registry, *Metrics) {
	t.Helper()
	r := prometheus.NewPedanticRegistry()
	m := New(r)
	m.WatchJournal(func() float64 { return 3 }, func() float64 { return 4096 }, func() float64 { return 2 })
	m.WatchLogs("log", func() float64 { return 5 })
	m.WatchLogs("audit", func() float64 { return 6 })
	m.WatchApps(func() float64 { return 2 }, func() float64 { return 1 })
	m.WatchResync(func() float64 { return math.Inf(1) })
	m.WatchNamespaces([]string{"chat"})
	m.WatchCertificate(func() float64 { return 1.8e9 })
	return r, m
}

func TestTheLinterOfPrometheusHasNoComplaint(t *testing.T) {
	r, _ := gathered(t)
	problems, err := testutil.GatherAndLint(r)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
}

// TestTheNamesAreTheContract repeats the names and label names that users rely on, by hand.
func TestTheNamesAreTheContract(t *testing.T) {
	want := map[string]string{
		"imgroup_callback_requests_total":                       "command outcome",
		"imgroup_callback_duration_seconds":                     "",
		"imgroup_callback_changes_total":                        "imapp",
		"imgroup_callback_event_lag_seconds":                    "",
		"imgroup_callback_event_time_clamped_total":             "",
		"imgroup_callback_truncated_total":                      "field",
		"imgroup_callback_unnamed_custom_fields_total":          "",
		"imgroup_callback_certificate_expiry_timestamp_seconds": "",
		"imgroup_journal_append_duration_seconds":               "",
		"imgroup_journal_pending_groups":                        "",
		"imgroup_log_dropped_lines_total":                       "log",
		"imgroup_journal_bytes":                                 "",
		"imgroup_journal_failures":                              "",
		"imgroup_journal_errors_total":                          "op",
		"imgroup_sync_writes_total":                             "result",
		"imgroup_sync_lag_seconds":                              "",
		"imgroup_sync_coalesced_events_total":                   "",
		"imgroup_sync_dropped_events_total":                     "reason",
		"imgroup_sync_unreadable_objects_total":                 "",
		"imgroup_resync_groups_total":                           "result",
		"imgroup_resync_duration_seconds":                       "",
		"imgroup_namespace_refused":                             "namespace",
		"imgroup_resync_due_timestamp_seconds":                  "",
		"imgroup_apps":                                          "ready",
	}
	r, _ := gathered(t)
	families, err := r.Gather()
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, f := range families {
		var labels []string
		for _, l := range f.GetMetric()[0].GetLabel() {
			labels = append(labels, l.GetName())
		}
		got[f.GetName()] = strings.Join(labels, " ")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestCountersExistFromTheStartWithinABound(t *testing.T) {
	_, m := gathered(t)
	for name, c := range map[string]struct {
		collector prometheus.Collector
		want      int
	}{
		"callback_requests": {m.CallbackRequests, 97}, "callback_truncated": {m.CallbackTruncated, 11}, "callback_changes": {m.CallbackChanges, 1},
		"journal_errors": {m.JournalErrors, 5}, "sync_writes": {m.SyncWrites, 6}, "sync_dropped": {m.SyncDropped, 10}, "resync_groups": {m.ResyncGroups, 6},
	} {
		if got := testutil.CollectAndCount(c.collector); got != c.want {
			t.Errorf("%s has %d series, want %d", name, got, c.want)
		}
	}
}

func TestGaugesAreReadAtEachScrape(t *testing.T) {
	r, _ := gathered(t)
	const want = `
# HELP imgroup_apps IMApps whose callbacks are accepted (ready=true) or not (ready=false).
# TYPE imgroup_apps gauge
imgroup_apps{ready="false"} 1
imgroup_apps{ready="true"} 2
`
	if err := testutil.GatherAndCompare(r, strings.NewReader(want), "imgroup_apps"); err != nil {
		t.Error(err)
	}
}
