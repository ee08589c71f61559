// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package terminal

import (
	"strings"
	"testing"
)

func TestVisible(t *testing.T) {
	for _, test := range []struct{ name, in, want string }{
		{"plain text stays", "Maintenance at 22:00 UTC", "Maintenance at 22:00 UTC"},
		{"other scripts and emoji stay", "運用チーム é 🚀", "運用チーム é 🚀"},
		{"C0 controls", "a\x1b[31mb\r\n\t\x00", `a\x1b[31mb\r\n\t\x00`},
		{"DEL and C1 controls, which terminals obey", "a\x7f\u009b31m\u0085", `a\x7f\u009b31m\u0085`},
		{"characters that reorder a line", "a\u202eb\u2066c\u200fd\u061c", `a\u202eb\u2066c\u200fd\u061c`},
		{"characters that nobody sees", "a\u200bb\u00ad\ufeff\U000e0041", `a\u200bb\u00ad\ufeff\U000e0041`},
		{"line separators", "a\u2028b\u2029", `a\u2028b\u2029`},
		{"every space is a space", "a\u3000b\u00a0c", "a b c"},
		{"a backslash is no escape", `a\u202e`, `a\\u202e`},
		{"bytes that are no UTF-8", "a\xffb", `a\xffb`},
		{"the replacement character itself", "a\uFFFDb", "a\uFFFDb"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := Visible(test.in); got != test.want {
				t.Errorf("Visible(%q) = %s, want %s", test.in, got, test.want)
			}
		})
	}
}

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
	if n := len([]rune(got)); n > 4*maxRunesPerColumn+4 {
		t.Errorf("a cell of 4 columns has %d characters", n)
	}
	if displayWidth(got) != 4 {
		t.Errorf("the cell is %d columns wide", displayWidth(got))
	}
}

func FuzzCell(f *testing.F) {
	for _, s := range []string{"ops", "運用チーム", "\x1b[2J", "a\u202e", "\xff", "e\u0301"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got := Cell(s, 10)
		if displayWidth(got) != 10 {
			t.Errorf("Cell(%q) = %q is %d columns wide", s, got, displayWidth(got))
		}
		if again := strings.ReplaceAll(Visible(got), `\\`, `\`); again != got {
			t.Errorf("Cell(%q) = %q holds what must be escaped", s, got)
		}
	})
}
