// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package event

import "strings"

// Names of bounded texts that are no registers, for Cut and for the label of the metric that counts cuts.
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

// Bound is the most characters (Unicode code points, as the API server counts them) that a text may have. They are
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

// Cut returns the value within the field's bound and whether something was cut off. It cuts between two characters.
// Bytes that are not UTF-8 become U+FFFD: a value must survive the way through the API server unchanged, or the merge
// law would see a difference for ever. A cut value shares no memory with the one that was given.
func Cut(field, value string) (string, bool) {
	value = strings.ToValidUTF8(value, "\uFFFD")
	bound := Bound(field)
	if bound == 0 || len(value) <= bound { // no more bytes than the bound, so no more characters either
		return value, false
	}
	for i := range value {
		if bound == 0 {
			return strings.Clone(value[:i]), true
		}
		bound--
	}
	return value, false
}
