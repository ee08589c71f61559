// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package changes

import (
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

// Clock is one of an IMGroup's clocks with the value that it is of, if it is of one.
type Clock struct {
	Field  string            `json:"field"`
	Time   metav1.MicroTime  `json:"time"`
	Source imv1alpha1.Source `json:"source"`
	Value  *string           `json:"value,omitempty"`
}

// Clocks are all of an IMGroup, the newest last.
func Clocks(g *imv1alpha1.IMGroup) []Clock {
	all := make([]Clock, 0, len(g.Status.FieldTimes))
	for i := range g.Status.FieldTimes {
		all = append(all, clockFrom(g, &g.Status.FieldTimes[i]))
	}
	slices.SortStableFunc(all, func(a, b Clock) int { return a.Time.Compare(b.Time.Time) })
	return all
}

// ClockOf is the clock of one field, nil where nothing is known.
func ClockOf(g *imv1alpha1.IMGroup, field string) *Clock {
	for i := range g.Status.FieldTimes {
		if f := &g.Status.FieldTimes[i]; f.Field == field {
			c := clockFrom(g, f)
			return &c
		}
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

func clockFrom(g *imv1alpha1.IMGroup, f *imv1alpha1.FieldTime) Clock {
	return Clock{Field: f.Field, Time: f.EventTime, Source: f.Source, Value: Value(g, f.Field)}
}
