// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package event

import (
	"encoding/json"
	"strings"
	"testing"
	"unicode/utf8"
)

// bounds repeats what the API promises, by hand.
var bounds = map[string]int{
	Name: 1024, Introduction: 4096, Notification: 8192, FaceURL: 4096, CustomKey: 256, CustomValue: 4096,
	Type: 256, Owner: 256, Operator: 256, Platform: 64,
}

func TestEveryTextIsCutBetweenTwoCharacters(t *testing.T) {
	for field, bound := range bounds {
		for _, char := range []string{"a", "é", "語", "😀", "\uFFFD"} {
			whole := strings.Repeat(char, bound)
			for value, want := range map[string]bool{"": false, char: false, whole: false, whole + char: true, whole + "a": true, strings.Repeat(char, 3*bound): true} {
				got, cut := Cut(field, value)
				if cut != want || (cut && got != whole) || (!cut && got != value) {
					t.Errorf("%s of %d × %q: cut %t to %d characters, want %t, %d", field, utf8.RuneCountInString(value), char, cut,
						utf8.RuneCountInString(got), want, bound)
				}
			}
		}
	}
}

// The largest IMGroup fits into what etcd takes: texts of the worst characters, which JSON makes six bytes of.
func TestCustomValuesAreBoundedAsJSONToo(t *testing.T) {
	value, cut := Cut(CustomValue, strings.Repeat("<", 4096))
	text, err := json.Marshal(value)
	if err != nil || !cut || len(text)-2 > maxCustomValueBytes || len(text)-2 < maxCustomValueBytes-maxEscaped {
		t.Errorf("cut %t to %d bytes of JSON, want at most %d", cut, len(text)-2, maxCustomValueBytes)
	}
	const etcd, rest = 1536 << 10, 64 << 10 // rest: everything but texts
	most := MaxCustomFields * maxCustomValueBytes
	for field, times := range map[string]int{Name: 1, Introduction: 1, Notification: 1, FaceURL: 1, Owner: 1, Type: 1, Operator: 1, CustomKey: 3 * MaxCustomFields} {
		most += times * Bound(field) * maxEscaped
	}
	if most+rest > etcd {
		t.Errorf("an IMGroup may have %d bytes, etcd takes %d", most+rest, etcd)
	}
}

func TestBytesThatAreNotUTF8AreReplacedBeforeTheCut(t *testing.T) {
	for value, want := range map[string]string{
		"a\xffb":                                  "a\uFFFDb",
		"\xe8\xaa":                                "\uFFFD",
		strings.Repeat("a", 63) + "\xe8\xaa":      strings.Repeat("a", 63) + "\uFFFD",
		strings.Repeat("a", 64) + "\xe8\xaa":      strings.Repeat("a", 64),
		strings.Repeat("\xff", 64) + "a":          "\uFFFDa",
		strings.Repeat("a", 63) + "語\xe8\xaa\x9e": strings.Repeat("a", 63) + "語",
	} {
		if got, _ := Cut(Platform, value); got != want {
			t.Errorf("%q is cut to %q, want %q", value, got, want)
		}
	}
}

func TestACutIsStable(t *testing.T) {
	once, _ := Cut(Name, strings.Repeat("語", 5000)+"\xff")
	if twice, cut := Cut(Name, once); cut || twice != once {
		t.Error("a text that was cut is cut again")
	}
}

func TestAnUnknownFieldHasNoBound(t *testing.T) {
	long := strings.Repeat("x", 1<<20)
	if got, cut := Cut("custom/x", long); cut || got != long {
		t.Error("a field without a bound was cut")
	}
}

func TestEveryBoundedFieldIsListed(t *testing.T) {
	listed := map[string]bool{CustomFields: true}
	for _, field := range Bounded() {
		listed[field] = true
		if got := Bound(field); got != bounds[field] {
			t.Errorf("%s has the bound %d, want %d", field, got, bounds[field])
		}
	}
	if len(listed) != len(bounds)+1 || len(Bounded()) != len(listed) {
		t.Errorf("%v are listed, want %d and %s", Bounded(), len(bounds), CustomFields)
	}
}
