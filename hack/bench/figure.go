// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"slices"
)

// figure is one thing that was measured, once in each round.
type figure struct {
	Row    string    `json:"row"`
	What   string    `json:"what"`
	Unit   string    `json:"unit,omitempty"`
	Values []float64 `json:"values"` // by round
	Bound  *bound    `json:"bound,omitempty"`
	Note   string    `json:"note,omitempty"`
}

// bound is what a figure must reach and what it is to reach.
type bound struct {
	Floor  float64 `json:"floor"`
	Goal   float64 `json:"goal"`
	AtMost bool    `json:"atMost,omitempty"` // less is better
	Worst  bool    `json:"worst,omitempty"`  // decided by the worst round, else by the median
}

func atLeast(floor, goal float64) *bound { return &bound{Floor: floor, Goal: goal} }
func atMost(floor, goal float64) *bound  { return &bound{Floor: floor, Goal: goal, AtMost: true} }

// none is for what must never happen.
func none() *bound { return &bound{AtMost: true, Worst: true} }

// add notes a figure.
func (b *bench) add(f figure) { b.results.Figures = append(b.results.Figures, f) }

// detail notes a figure that nothing was promised of.
func (b *bench) detail(row, what, unit string, values []float64) {
	b.add(figure{Row: row, What: what, Unit: unit, Values: values})
}

func (f figure) min() float64    { return slices.Min(f.Values) }
func (f figure) max() float64    { return slices.Max(f.Values) }
func (f figure) median() float64 { return median(f.Values) }

// verdict says which bound holds.
func (f figure) verdict() string {
	switch {
	case len(f.Values) == 0:
		return "not measured"
	case f.Bound == nil:
		return ""
	case f.Bound.holds(f.deciding(), f.Bound.Goal):
		return "goal"
	case f.Bound.holds(f.deciding(), f.Bound.Floor):
		return "floor"
	}
	return "MISSED"
}

func (f figure) deciding() float64 {
	switch {
	case !f.Bound.Worst:
		return f.median()
	case f.Bound.AtMost:
		return f.max()
	}
	return f.min()
}

func (b *bound) holds(value, limit float64) bool {
	if b.AtMost {
		return value <= limit
	}
	return value >= limit
}

func (b *bound) text() (floor, goal string) {
	if b == nil {
		return "", ""
	}
	return number(b.Floor), number(b.Goal)
}

// line is the figure in one line, while the run goes on.
func (f figure) line() string {
	if len(f.Values) == 0 {
		return f.What + ": not measured"
	}
	return fmt.Sprintf("%s: %s / %s / %s %s %s", f.What, number(f.min()), number(f.median()), number(f.max()), f.Unit, f.verdict())
}
