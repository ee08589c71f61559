// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package words is how commands put values, times and counts into words.
package words

import (
	"fmt"
	"strings"
)

// TimeFormat is RFC 3339 with milliseconds.
const TimeFormat = "2006-01-02T15:04:05.000Z07:00"

// Known is a text, told from one that is not known and one that is empty.
func Known(s *string) string {
	switch {
	case s == nil:
		return "-"
	case *s == "":
		return `""`
	}
	return *s
}

// Count is a number of things.
func Count(n int, what string) string {
	if n != 1 {
		what += "s"
	}
	return fmt.Sprint(n, " ", what)
}

// Sentence begins with a capital letter and ends with a full stop.
func Sentence(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + strings.TrimSuffix(s[1:], ".") + "."
}

// YesNo is an answer.
func YesNo(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}

// InNamespace says where; nothing of all namespaces.
func InNamespace(namespace string) string {
	if namespace == "" {
		return ""
	}
	return " in the namespace " + namespace
}
