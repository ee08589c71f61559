// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhook

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// checkWalk compares members and elements with encoding/json, all the way down.
func checkWalk(t *testing.T, data []byte) {
	t.Helper()
	want := map[string]json.RawMessage{}
	if err := json.Unmarshal(data, &want); err != nil {
		t.Fatalf("%q is taken as an object: %v", data, err)
	}
	got := map[string]json.RawMessage{}
	members(data, func(key, value []byte) { got[asText(key)] = value })
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%q (-want +got):\n%s", data, diff)
	}
	for _, value := range got {
		checkValue(t, value)
	}
}

// asText replaces bytes that are not UTF-8 one by one, as encoding/json does.
func asText(key []byte) string { return string([]rune(string(key))) }

func checkValue(t *testing.T, value []byte) {
	t.Helper()
	var s string
	switch value[0] {
	case '{':
		checkWalk(t, value)
	case '[':
		checkElements(t, value)
	case '"':
		if err := json.Unmarshal(value, &s); err != nil {
			t.Fatal(err)
		}
		if got, ok := text(value); !ok || got != s {
			t.Errorf("%s is read as %q, %t; want %q", value, got, ok, s)
		}
	default:
		if got, ok := text(value); ok {
			t.Errorf("%s is read as the text %q", value, got)
		}
	}
}

func checkElements(t *testing.T, array []byte) {
	t.Helper()
	want, got := []json.RawMessage{}, []json.RawMessage{}
	if err := json.Unmarshal(array, &want); err != nil {
		t.Fatal(err)
	}
	elements(array, func(value []byte) { got = append(got, value) })
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("%q (-want +got):\n%s", array, diff)
	}
	for _, value := range got {
		checkValue(t, value)
	}
}

func TestTheWalkAgreesWithEncodingJSON(t *testing.T) {
	for _, data := range payloads(t) {
		checkWalk(t, data)
	}
	checkWalk(t, []byte(" { \"\" : \"\" , \"a\\\"}\" : [ ] , \"b\":{},\"c\":[{},[[]],\"]\",1e5 , -0.1,null ,true],\"\xff\":0 }\n"))
	checkWalk(t, []byte(`{}`))
	checkWalk(t, []byte(` { } `))
}

func TestNesting(t *testing.T) {
	for data, want := range map[string]int{
		"": 0, "1": 0, "{}": 1, "[[]]": 2, `{"a":[{}]}`: 3, `"[[["`: 0, `"\"[`: 0, `"\\"[[]]`: 2, "]]]]": 0, "[][][]": 1, `"`: 0, `"\`: 0,
	} {
		if got := nesting([]byte(data)); got != want {
			t.Errorf("%s has %d levels, want %d", data, got, want)
		}
	}
}
