// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/imgroup-operator/imgroup-operator/test/harness"
)

// page reads the page of the operator's metrics.
func (o *operator) page() string {
	o.t.Helper()
	status, body, err := harness.Get(o.t.Context(), "http://"+o.Metrics+"/metrics", "")
	if err != nil || status != http.StatusOK {
		o.t.Fatalf("reading the metrics: HTTP %d, %v", status, err)
	}
	return body
}

// metrics reads the operator's metrics, by name with labels.
func (o *operator) metrics() map[string]float64 {
	o.t.Helper()
	values := map[string]float64{}
	for line := range strings.Lines(o.page()) {
		i := strings.LastIndexByte(line, ' ')
		if strings.HasPrefix(line, "#") || i < 0 {
			continue
		}
		if v, err := strconv.ParseFloat(strings.TrimSpace(line[i:]), 64); err == nil {
			values[line[:i]] = v
		}
	}
	return values
}

// metric reads one metric, by name with labels. It must be there.
func (o *operator) metric(name string) float64 {
	o.t.Helper()
	v, ok := o.metrics()[name]
	if !ok {
		o.t.Fatalf("no metric %s", name)
	}
	return v
}

// isMetric tells whether a metric has a value.
func (o *operator) isMetric(name string, want float64) error {
	o.t.Helper()
	if got := o.metric(name); got != want {
		return fmt.Errorf("%s is %v, want %v", name, got, want)
	}
	return nil
}

// drops tells whether so many acknowledged events were dropped for a reason.
func (o *operator) drops(reason string, want float64) error {
	o.t.Helper()
	return o.isMetric(fmt.Sprintf("imgroup_sync_dropped_events_total{reason=%q}", reason), want)
}

// awaitDrained waits until nothing is pending. An acknowledged event is pending until it is written or dropped, so
// everything acknowledged before has been dealt with then.
func (o *operator) awaitDrained() {
	o.t.Helper()
	eventually(o.t, "nothing is pending", func() error { return o.isMetric("imgroup_journal_pending_groups", 0) })
}
