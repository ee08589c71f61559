// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package changes

import (
	"cmp"
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

// Clock is one of an IMGroup's clocks with the value that it is of, if it is of one.
type Clock struct {
	Field string           `json:"field"`
	Time  metav1.MicroTime `json:"time"`
	Value *string          `json:"value,omitempty"`
}

// Clocks are all of an IMGroup, the newest last.
func Clocks(g *imv1alpha1.IMGroup) []Clock {
	all := make([]Clock, 0, len(g.Status.FieldTimes))
	for field, at := range g.Status.FieldTimes {
		all = append(all, Clock{Field: field, Time: at.MicroTime, Value: Value(g, field)})
	}
	slices.SortFunc(all, func(a, b Clock) int { return cmp.Or(a.Time.Compare(b.Time.Time), cmp.Compare(a.Field, b.Field)) })
	return all
}

// ClockOf is the clock of one field, nil where nothing is known.
func ClockOf(g *imv1alpha1.IMGroup, field string) *Clock {
	if at, known := g.Status.FieldTimes[field]; known {
		return &Clock{Field: field, Time: at.MicroTime, Value: Value(g, field)}
	}
	return nil
}

// TimeOf is the time of a field's clock, nil where nothing is known.
func TimeOf(g *imv1alpha1.IMGroup, field string) *time.Time {
	if c := ClockOf(g, field); c != nil {
		return &c.Time.Time
	}
	return nil
}
