// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package terminal

import (
	"strings"
	"testing"
)

func TestCell(t *testing.T) {
	for _, test := range []struct {
		name    string
		in      string
		columns int
		want    string
	}{
		{"short text is filled up", "ops", 5, "ops  "},
		{"text that just fits", "ops t", 5, "ops t"},
		{"long text is cut with a mark", "ops team", 5, "ops …"},
		{"wide characters take two columns", "運用", 5, "運用 "},
		{"wide text that just fits", "運用部", 6, "運用部"},
		{"a wide character is not cut in half", "運用チーム", 6, "運用… "},
		{"combining marks take no column", "e\u0301e\u0301", 3, "e\u0301e\u0301 "},
		{"an escape may be cut, never undone", "\x1b[31m", 5, `\x1b…`},
		{"emoji take two columns", "🚀👍🏽", 5, "🚀👍🏽 "},
		{"a family of emoji is one", "👩\u200d👩\u200d👧!", 4, "👩\u200d👩\u200d👧! "},
		{"an emoji is not cut into its parts", "ab👩\u200d👩\u200d👧cd", 4, "ab… "},
		{"a flag is one", "🇯🇵🇩🇪", 5, "🇯🇵🇩🇪 "},
		{"a character shown as an emoji is wide", "❤\ufe0f❤", 4, "❤\ufe0f❤ "},
		{"a keycap", "1\ufe0f\u20e3", 3, "1\ufe0f\u20e3 "},
		{"decomposed Hangul", "\u1112\u1161\u11ab", 3, "\u1112\u1161\u11ab "},
		{"halfwidth katakana", "ｶﾞ", 3, "ｶﾞ "},
		{"nothing", "", 3, "   "},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := Cell(test.in, test.columns); got != test.want {
				t.Errorf("Cell(%q, %d) = %q, want %q", test.in, test.columns, got, test.want)
			}
		})
	}
}

func TestMarksDoNotPileUp(t *testing.T) {
	got := Cell("a"+strings.Repeat("\u0301", 1000), 4)
	if n := len([]rune(got)); n > 4*maxRunes || Columns(got) != 4 {
		t.Errorf("a cell of 4 columns has %d characters and is %d columns wide", n, Columns(got))
	}
}

func FuzzCell(f *testing.F) {
	for _, s := range []string{"ops", "運用チーム", "\x1b[2J", "a\u202e", "\xff", "e\u0301", "👩🏻\u200d❤\ufe0f\u200d💋", "🇯🇵🇩", "\u0301\u200d", "क\u094d\u200dष"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := Cell(s, 10)
		if Columns(got) != 10 {
			t.Errorf("Cell(%q) = %q is %d columns wide", s, got, Columns(got))
		}
		if again := strings.ReplaceAll(Visible(got), `\\`, `\`); again != got {
			t.Errorf("Cell(%q) = %q holds what must be escaped", s, got)
		}
	})
}
