// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import "testing"

func TestVerdict(t *testing.T) {
	for _, test := range []struct {
		name   string
		values []float64
		bound  *bound
		want   string
	}{
		{"the median decides", []float64{0.5, 0.7, 0.9}, atLeast(0.6, 0.8), "floor"},
		{"more is better", []float64{0.8, 0.8, 0.1}, atLeast(0.6, 0.8), "goal"},
		{"less is better", []float64{7, 7, 3}, atMost(6, 4), "MISSED"},
		{"one loss is a loss", []float64{0, 0, 1}, none(), "MISSED"},
		{"no loss", []float64{0, 0, 0}, none(), "goal"},
		{"nothing was promised", []float64{1}, nil, ""},
		{"nothing was measured", nil, none(), "not measured"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := (figure{Values: test.values, Bound: test.bound}).verdict(); got != test.want {
				t.Errorf("%v: %q, want %q", test.values, got, test.want)
			}
		})
	}
}

func TestSumOfSeries(t *testing.T) {
	const text = exposition(`# TYPE requests_total counter
requests_total{code="200",resource="imgroups",verb="PATCH"} 7
requests_total{resource="imgroups",subresource="status",verb="PATCH"} 2
requests_total{resource="imgroups",verb="GET"} 100
requests_total{group="x",notresource="imgroups",verb="PATCH"} 1000
requests_total_other{resource="imgroups",verb="PATCH"} 1000
`)
	if got := text.sum("requests_total", `resource="imgroups"`, `verb="PATCH"`); got != 9 {
		t.Errorf("sum = %v, want 9", got)
	}
}
