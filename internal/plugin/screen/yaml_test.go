// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package screen

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.yaml.in/yaml/v3"
)

func TestYAMLIsWhatPeopleWriteAndHidesNothing(t *testing.T) {
	type value struct {
		Name  string         `json:"name"`
		Count int            `json:"count"`
		None  *string        `json:"none"`
		List  []string       `json:"list"`
		Empty map[string]int `json:"empty"`
	}
	v := value{Name: "運用 <b>", Count: 1400000001, List: []string{"true", "1", "a: b", "", "a\nb", "\x1b[31m\u202eevil\U000e0041", "👩\u200d👧"}, Empty: map[string]int{}}
	text, err := YAML(v)
	if err != nil {
		t.Fatal(err)
	}
	const want = `name: 運用 <b>
count: 1400000001
none: null
list:
  - "true"
  - "1"
  - 'a: b'
  - ""
  - "a\nb"
  - "\e[31m\u202eevil\U000E0041"
  - "\U0001F469\u200d\U0001F467"
empty: {}
`
	if diff := cmp.Diff(want, string(text)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	var back struct{ List []string }
	if err := yaml.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(v.List, back.List); diff != "" {
		t.Errorf("a reader gets other strings (-want +got):\n%s", diff)
	}
}
