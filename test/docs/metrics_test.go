// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package docs

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The table of metrics has those of the exported page, with their labels.
func TestTheTableOfMetricsIsWhatIsExported(t *testing.T) {
	var want, got []string
	for _, m := range regexp.MustCompile(`(?m)^# TYPE (imgroup_\w+) `).FindAllStringSubmatch(read(t, "internal/metrics/testdata/page.prom"), -1) {
		want = append(want, m[1])
	}
	for _, row := range rows(section(t, read(t, "docs/operations.md"), "## What to watch")) {
		got = append(got, regexp.MustCompile(`\w+`).FindString(row[0]))
	}
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("docs/operations.md (-exported +document):\n%s", diff)
	}
}

// The outcomes of callbacks and the reasons of drops are those of the code.
func TestTheTablesOfLabelsAreTheCodes(t *testing.T) {
	flow := read(t, "docs/dataflow.md")
	for _, c := range []struct{ file, constants, heading string }{
		{"internal/metrics/metrics.go", "Drop", "## What is dropped"},
		{"internal/metrics/callback.go", "Outcome", "## The answers"},
	} {
		var want, got []string
		for _, m := range regexp.MustCompile(`\t`+c.constants+`\w+ += "(\w+)"`).FindAllStringSubmatch(read(t, c.file), -1) {
			want = append(want, m[1])
		}
		for _, row := range rows(section(t, flow, c.heading)) {
			got = append(got, code(row[0])...)
		}
		slices.Sort(want)
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" || len(want) < 5 {
			t.Errorf("docs/dataflow.md, %s (-%s +document):\n%s", c.heading, c.file, diff)
		}
	}
}

// The queries and the dashboard that the page tells of are there.
func TestTheQueriesAndTheDashboardAreWhatIsExported(t *testing.T) {
	operations, exported := read(t, "docs/operations.md"), read(t, "internal/metrics/testdata/page.prom")
	names := regexp.MustCompile(`imgroup_\w+`).FindAllString(strings.Join(blocks(operations, "promql"), "\n"), -1)
	for _, name := range names {
		if !strings.Contains(exported, "\n"+name+"{") && !strings.Contains(exported, "\n"+name+" ") {
			t.Errorf("docs/operations.md asks for %s, which is not exported", name)
		}
	}
	var dashboard struct {
		Panels []struct{ Type, Title string }
	}
	must(t, json.Unmarshal([]byte(read(t, "config/components/grafana/dashboard.json")), &dashboard))
	text, row := strings.ToLower(section(t, operations, "## The dashboard")), 0
	for _, panel := range dashboard.Panels {
		if panel.Type != "row" {
			continue
		}
		row++
		if !strings.Contains(text, strings.ToLower(panel.Title)) {
			t.Errorf("docs/operations.md does not tell of the dashboard's row %s", panel.Title)
		}
	}
	if len(names) < 8 || row < 5 {
		t.Errorf("%d names and %d rows were found", len(names), row)
	}
}
