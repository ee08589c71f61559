// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package groupstatus

import (
	"slices"
	"strings"

	"github.com/imgroup-operator/imgroup-operator/internal/event"
)

// customBound is the greatest custom field that has room where two states meet: of all keys in them the smallest
// event.MaxCustomFields have. The keys alone decide, before the merge and whatever it removes, so that the order in which
// states come does not matter. Empty means that there is room for all.
func customBound(a, b event.State) string {
	var fields []string
	for _, s := range []event.State{a, b} {
		for _, r := range s.Registers {
			if strings.HasPrefix(r.Field, event.CustomPrefix) {
				fields = append(fields, r.Field)
			}
		}
	}
	if len(fields) <= event.MaxCustomFields {
		return ""
	}
	slices.Sort(fields)
	fields = slices.Compact(fields)
	return fields[min(len(fields), event.MaxCustomFields)-1]
}

// within leaves out the custom fields beyond a bound, and counts them.
func within(s event.State, bound string) (event.State, int) {
	if bound == "" {
		return s, 0
	}
	kept := make([]event.Register, 0, len(s.Registers))
	for _, r := range s.Registers {
		if !strings.HasPrefix(r.Field, event.CustomPrefix) || r.Field <= bound {
			kept = append(kept, r)
		}
	}
	over := len(s.Registers) - len(kept)
	s.Registers = kept
	return s, over
}
