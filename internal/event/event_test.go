// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package event

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestNewStateAssertsWhatTheChangeSays(t *testing.T) {
	for _, row := range []struct {
		name              string
		kind              Kind
		values            []Value
		registers, fields string
	}{
		{"no field", Changed, nil, "alive=", ""},
		{"the type alone is no changed field", Changed, []Value{{Type, "Public"}}, "alive= type=Public", ""},
		{"sorted by field", Changed, []Value{{Type, "P"}, {Name, "n"}, {FaceURL, ""}, {CustomPrefix + "b", "2"}, {CustomPrefix + "a", "1"}},
			"alive= custom/a=1 custom/b=2 faceURL= name=n type=P", "custom/a custom/b faceURL name"},
		{"the last of two values", Changed, []Value{{Name, "z"}, {Owner, "o"}, {Name, "a"}}, "alive= name=a owner=o", "name owner"},
		{"a creation begins an epoch", Created, []Value{{Owner, "o"}}, "alive= epoch= owner=o", "owner"},
		{"a creation of nothing known", Created, nil, "alive= epoch=", ""},
		{"a destroy moves its clock only", Disbanded, []Value{{Name, "n"}}, "destroyed=", ""},
		{"a custom field named like a clock", Changed, []Value{{CustomPrefix + "alive", "x"}}, "alive= custom/alive=x", "custom/alive"},
	} {
		t.Run(row.name, func(t *testing.T) {
			change := Change{Time: 7, Command: "c", Operator: "o", Platform: "p", Source: Callback}
			given := slices.Clone(row.values)
			s := NewState(row.kind, change, row.values)
			var registers []string
			for _, r := range s.Registers {
				registers = append(registers, fmt.Sprintf("%s=%s", r.Field, r.Value))
				if r.Time != 7 {
					t.Errorf("%s has time %d", r.Field, r.Time)
				}
			}
			if got := strings.Join(registers, " "); got != row.registers {
				t.Errorf("registers %s, want %s", got, row.registers)
			}
			want := change
			want.Fields = strings.Fields(row.fields)
			if diff := cmp.Diff(want.Fields, append([]string{}, s.Last.Fields...)); diff != "" {
				t.Errorf("fields (-want +got):\n%s", diff)
			}
			if s.Last.Fields = want.Fields; !cmp.Equal(want, s.Last) {
				t.Errorf("last change %+v, want %+v", s.Last, want)
			}
			if !cmp.Equal(given, row.values) {
				t.Error("the caller's values were changed")
			}
		})
	}
}

func TestGetFindsARegister(t *testing.T) {
	s := NewState(Created, Change{Time: 7, Source: REST}, []Value{{Name, "n"}})
	if r, found := s.Get(Name); !found || r != (Register{Name, 7, "n"}) {
		t.Errorf("name is %+v, %t", r, found)
	}
	for _, field := range []string{"", "aaaa", Owner, "zzz"} {
		if r, found := s.Get(field); found || r != (Register{}) {
			t.Errorf("%q is %+v, %t; want none", field, r, found)
		}
	}
}

func TestClocksAndSources(t *testing.T) {
	for field, want := range map[string]bool{Alive: true, Destroyed: true, Epoch: true, Name: false, CustomPrefix + Alive: false, "": false} {
		if IsClock(field) != want {
			t.Errorf("IsClock(%q) is %t", field, !want)
		}
	}
	if REST.String() != "REST" || Callback.String() != "Callback" || REST >= Callback {
		t.Error("the sources have other names, or another order, than the API and the merge law")
	}
}
