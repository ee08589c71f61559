// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package oracle

import (
	"strings"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

// FromStatus reads a live object's status as the oracle would put it.
func FromStatus(s imv1alpha1.IMGroupStatus) Group {
	g := Group{
		Type: s.Type, Owner: s.Owner, Name: s.Name, Introduction: s.Introduction, Notification: s.Notification,
		FaceURL: s.FaceURL, CustomFields: map[string]string{}, Times: map[string]int64{},
	}
	for key, value := range s.CustomFields {
		g.CustomFields[key] = value
	}
	for field, at := range s.FieldTimes {
		g.Times[field] = at.UnixMilli()
	}
	if s.DestroyedTime != nil {
		g.DestroyedTime = s.DestroyedTime.UnixMilli()
	}
	if c := s.LastChange; c != nil {
		g.LastChange = Change{Time: c.EventTime.UnixMilli(), Command: c.Command, Operator: c.Operator, Platform: c.Platform, Fields: c.Fields}
	}
	return g
}

func (g *Group) set(field, value string) {
	switch field {
	case "type":
		g.Type = &value
	case "owner":
		g.Owner = &value
	case "name":
		g.Name = &value
	case "introduction":
		g.Introduction = &value
	case "notification":
		g.Notification = &value
	case "faceURL":
		g.FaceURL = &value
	default:
		g.CustomFields[strings.TrimPrefix(field, "custom/")] = value
	}
}
