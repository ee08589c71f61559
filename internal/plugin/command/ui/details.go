// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"context"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/event"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/changes"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/events"
)

// details are all that is known of one group.
type details struct {
	row

	Values      map[string]string  `json:"values"` // by field, custom/KEY among them
	Clocks      map[string]int64   `json:"clocks"` // by field
	Command     string             `json:"command,omitempty"`
	Conditions  []metav1.Condition `json:"conditions"`
	Events      []events.Event     `json:"events"`
	EventsError string             `json:"eventsError,omitempty"`
}

// detailsOf asks the API server for the Events; the rest is known.
func (s *site) detailsOf(ctx context.Context, g *imv1alpha1.IMGroup) details {
	d := details{row: rowFrom(g), Values: map[string]string{}, Clocks: map[string]int64{}, Conditions: append([]metav1.Condition{}, g.Status.Conditions...)}
	fields := []string{event.Type, event.Owner, event.Name, event.Introduction, event.Notification, event.FaceURL}
	for _, c := range changes.Clocks(g) {
		d.Clocks[c.Field] = c.Time.UnixMilli()
		fields = append(fields, c.Field)
	}
	for _, field := range fields {
		if value := changes.Value(g, field); value != nil {
			d.Values[field] = *value
		}
	}
	if g.Status.LastChange != nil {
		d.Command = g.Status.LastChange.Command
	}
	ctx, cancel := context.WithTimeout(ctx, readTimeout)
	defer cancel()
	found, err := events.Of(ctx, s.cluster, g)
	if d.Events = found; err != nil {
		d.EventsError = err.Error()
	}
	return d
}
