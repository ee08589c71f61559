// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhook

import (
	"slices"

	"github.com/imgroup-operator/imgroup-operator/internal/event"
)

// values lists the fields that a callback of a living group has new values for. Only what changed is sent, so an
// absent field is unchanged and an empty one was cleared.
func (d *decoded) values(b *body) []event.Value {
	values := d.add(make([]event.Value, 0, 6), event.Type, b.values[typeMember])
	switch d.command {
	case infoChanged:
		values = d.add(values, event.Name, b.values[nameMember])
		values = d.add(values, event.Introduction, b.values[introductionMember])
		values = d.add(values, event.Notification, b.values[notificationMember])
		values = d.add(values, event.FaceURL, b.values[faceURLMember])
		values = d.addCustom(values, &b.custom)
	case created:
		values = d.add(values, event.Name, b.values[nameMember])
		values = d.addID(values, event.Owner, b.values[ownerMember])
		values = d.addCustom(values, &b.custom)
	case ownerChanged:
		values = d.addID(values, event.Owner, b.values[newOwnerMember])
	}
	return values
}

// add appends a field that was given as a string.
func (d *decoded) add(values []event.Value, field string, v value) []event.Value {
	if v.quoted {
		return append(values, event.Value{Field: field, Value: d.bounded(field, v.text)})
	}
	return values
}

// addID appends a field that names somebody.
func (d *decoded) addID(values []event.Value, field string, v value) []event.Value {
	v.quoted = v.quoted || v.text != ""
	return d.add(values, field, v)
}

func (d *decoded) addCustom(values []event.Value, c *customFields) []event.Value {
	d.unnamed = c.unnamed
	for _, field := range c.cut {
		d.note(field)
	}
	return append(values, c.values...)
}

// bounded cuts a text to its field's bound and notes it.
func (d *decoded) bounded(field, value string) string {
	value, cut := event.Cut(field, value)
	if cut {
		d.note(field)
	}
	return value
}

func (d *decoded) note(field string) {
	if !slices.Contains(d.cut, field) {
		d.cut = append(d.cut, field)
	}
}
