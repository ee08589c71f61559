// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package event

import (
	"strings"
	"unicode/utf8"
)

// Names of bounded texts that are not registers, for Cut and for the label of the metric that counts cuts.
const (
	CustomKey    = "customKey"
	CustomValue  = "customValue"
	CustomFields = "customFields" // a list that was cut to MaxCustomFields
	Operator     = "operator"
	Platform     = "platform"
)

// Bounds of what one IMGroup can hold; the CRD's maxLength and maxItems are the same numbers.
const (
	MaxGroupIDBytes = 128 // Tencent documents at most 48 for chosen ids and 96 for topics; bytes, since it is hashed and compared as bytes
	MaxCustomFields = 64  // Tencent documents at most 10 a group
)

// Bounded lists the fields that have a bound, in a stable order.
func Bounded() []string {
	return []string{Name, Introduction, Notification, FaceURL, Type, Owner, CustomKey, CustomValue, CustomFields, Operator, Platform}
}

// Bound is the maximum number of characters (Unicode code points, as the API server counts them) of a text. They are
// at least twice what Tencent documents, since its figures have grown before. 0 means that the field has no bound.
func Bound(field string) int {
	switch field {
	case Name:
		return 1024
	case Introduction, FaceURL, CustomValue:
		return 4096
	case Notification:
		return 8192
	case Type, Owner, Operator, CustomKey:
		return 256
	case Platform:
		return 64
	}
	return 0
}

// maxCustomValueBytes bounds a custom field's value as JSON, in which the API server stores it: 4,096 characters of any
// script fit, if JSON does not escape them, and an object with 64 such fields into the 1.5 MiB that etcd takes.
const maxCustomValueBytes = 16 << 10

// Cut returns the value within the field's bound and whether something was cut off. It cuts between two characters.
// Bytes that are not UTF-8 become U+FFFD: a value must pass through the API server unchanged, or the merge law would
// see a difference forever. A cut value shares no memory with the original.
func Cut(field, value string) (string, bool) {
	value = strings.ToValidUTF8(value, "\uFFFD")
	bound := Bound(field)
	if bound == 0 || len(value) <= bound && field != CustomValue || len(value)*maxEscaped <= bound { // no more bytes than the bound, so no more characters either
		return value, false
	}
	characters, bytes := 0, 0
	for i, r := range value {
		characters, bytes = characters+1, bytes+encodedLength(r)
		if characters > bound || field == CustomValue && bytes > maxCustomValueBytes {
			return strings.Clone(value[:i]), true
		}
	}
	return value, false
}

// maxEscaped is the maximum length of one byte in JSON: \u003c.
const maxEscaped = 6

// encodedLength is the maximum number of bytes that a character takes in JSON.
func encodedLength(r rune) int {
	switch {
	case r < ' ', r == '<', r == '>', r == '&', r == '\u2028', r == '\u2029':
		return maxEscaped
	case r == '"', r == '\\':
		return 2
	}
	return utf8.RuneLen(r)
}
