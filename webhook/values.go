// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhook

import (
	"cmp"
	"slices"

	"github.com/imgroup-operator/imgroup-operator/internal/event"
)

// values lists the fields that a callback of a living group has new values for. Only what changed is sent, so an
// absent field is unchanged and an empty one was cleared.
func (d *decoded) values(b *body) []event.Value {
	values := d.add(make([]event.Value, 0, 6), event.Type, b.typ)
	switch d.command {
	case infoChanged:
		values = d.add(values, event.Name, b.name)
		values = d.add(values, event.Introduction, b.introduction)
		values = d.add(values, event.Notification, b.notification)
		values = d.add(values, event.FaceURL, b.faceURL)
		values = append(values, d.customFields(b.customFields)...)
	case created:
		values = d.add(values, event.Name, b.name)
		values = d.add(values, event.Owner, b.owner)
		values = append(values, d.customFields(b.customFields)...)
	case ownerChanged:
		values = d.add(values, event.Owner, b.newOwner)
	}
	return values
}

// add appends a field that was given as a string.
func (d *decoded) add(values []event.Value, field string, raw []byte) []event.Value {
	if s, ok := text(raw); ok {
		return append(values, event.Value{Field: field, Value: d.bounded(field, s)})
	}
	return values
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

// customFields reads UserDefinedDataList, a list of {Key, Value}. Documented until 2020 and in today's AfterCreateGroup.
func (d *decoded) customFields(list []byte) []event.Value {
	if len(list) == 0 || list[0] != '[' {
		return nil
	}
	var values []event.Value
	elements(list, func(pair []byte) {
		if key, value, ok := keyValue(pair); ok {
			values = append(values, event.Value{
				Field: event.CustomPrefix + d.bounded(event.CustomKey, key),
				Value: d.bounded(event.CustomValue, value),
			})
		}
	})
	return d.boundedList(values)
}

// keyValue reads one pair. A pair without a key names no field, one without a value says nothing about it.
func keyValue(pair []byte) (key, value string, ok bool) {
	if pair[0] != '{' {
		return "", "", false
	}
	var rawKey, rawValue []byte
	members(pair, func(name, raw []byte) {
		switch string(name) {
		case "Key":
			rawKey = raw
		case "Value":
			rawValue = raw
		}
	})
	key, _ = text(rawKey)
	value, ok = text(rawValue)
	return key, value, ok && key != ""
}

// boundedList keeps the smallest keys, so that every replica keeps the same ones. Of a repeated key the last value
// counts, as everywhere.
func (d *decoded) boundedList(values []event.Value) []event.Value {
	if len(values) <= event.MaxCustomFields {
		return values
	}
	slices.Reverse(values)
	slices.SortStableFunc(values, func(a, b event.Value) int { return cmp.Compare(a.Field, b.Field) })
	values = slices.CompactFunc(values, func(a, b event.Value) bool { return a.Field == b.Field })
	if len(values) > event.MaxCustomFields {
		d.note(event.CustomFields)
		values = values[:event.MaxCustomFields]
	}
	return values
}
