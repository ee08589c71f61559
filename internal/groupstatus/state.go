// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package groupstatus is the status of an IMGroup as the merge law sees it: what it says, what an event changes in it, and
// what of it a cache must hold. It has no clock and no client.
package groupstatus

import (
	"slices"
	"strings"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/event"
)

// texts gives the place of each plain register in a status.
func texts(s *imv1alpha1.IMGroupStatus) map[string]**string {
	return map[string]**string{
		event.Name: &s.Name, event.Introduction: &s.Introduction, event.Notification: &s.Notification,
		event.FaceURL: &s.FaceURL, event.Type: &s.Type, event.Owner: &s.Owner,
	}
}

// State reads the merge law's state from a status. A status of another application counts as none. Of an object from
// the cache the large texts read as their digests; see Compact.
func State(s *imv1alpha1.IMGroupStatus, sdkAppID int64) event.State {
	if s.SDKAppID != sdkAppID {
		return event.State{}
	}
	values := valuesOf(s)
	var state event.State
	for field, at := range s.FieldTimes {
		state.Registers = append(state.Registers, event.Register{Field: field, Time: at.UnixMilli(), Value: values[field]})
	}
	slices.SortFunc(state.Registers, byField)
	if c := s.LastChange; c != nil {
		state.Last = event.Change{Time: c.EventTime.UnixMilli(), Command: c.Command, Operator: c.Operator,
			Platform: c.Platform, Fields: c.Fields, Source: sourceOf(c.Source)}
	}
	return state
}

func valuesOf(s *imv1alpha1.IMGroupStatus) map[string]string {
	values := map[string]string{}
	for field, text := range texts(s) {
		if *text != nil {
			values[field] = **text
		}
	}
	for key, value := range s.CustomFields {
		values[event.CustomPrefix+key] = value
	}
	return values
}

// SetState writes a state into a status. Of custom fields it has at most event.MaxCustomFields.
//
// keep names the fields that stay as they are in the status although the state holds a digest for them: the texts that did
// not change.
func SetState(s *imv1alpha1.IMGroupStatus, sdkAppID int64, state event.State, keep map[string]bool) {
	s.SDKAppID = sdkAppID
	s.FieldTimes, s.CustomFields = nil, nil
	known := map[string]string{}
	for _, r := range state.Registers {
		put(&s.FieldTimes, r.Field, imv1alpha1.EventTime{MicroTime: MicroTime(r.Time)})
		known[r.Field] = r.Value
		if key, ok := strings.CutPrefix(r.Field, event.CustomPrefix); ok {
			put(&s.CustomFields, key, r.Value)
		}
	}
	for field, text := range texts(s) {
		if value, ok := known[field]; !ok {
			*text = nil
		} else if !keep[field] {
			*text = &value
		}
	}
	s.LastChange = lastChangeOf(state.Last)
}

// put leaves a map without entries absent.
func put[V any](m *map[string]V, key string, value V) {
	if *m == nil {
		*m = map[string]V{}
	}
	(*m)[key] = value
}

func lastChangeOf(c event.Change) *imv1alpha1.LastChange {
	if c.Time == 0 {
		return nil
	}
	return &imv1alpha1.LastChange{EventTime: MicroTime(c.Time), Command: c.Command, Operator: c.Operator,
		Platform: c.Platform, Fields: c.Fields, Source: imv1alpha1.Source(c.Source.String())}
}

// MicroTime is a time of the merge law as the API writes it.
func MicroTime(ms int64) metav1.MicroTime { return metav1.NewMicroTime(time.UnixMilli(ms).UTC()) }

func sourceOf(s imv1alpha1.Source) event.Source {
	if s == imv1alpha1.SourceREST {
		return event.REST
	}
	return event.Callback
}
