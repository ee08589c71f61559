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
		{"emoji with a tone, a variation, a keycap; flags", "👍🏽 ❤\ufe0f 1\ufe0f\u20e3 🇯🇵", "👍🏽 ❤\ufe0f 1\ufe0f\u20e3 🇯🇵"},
		{"a joiner in a family of emoji", "👩\u200d👩\u200d👧", "👩\u200d👩\u200d👧"},
		{"the longest emoji", "👩🏻\u200d❤\ufe0f\u200d💋\u200d👨🏻", "👩🏻\u200d❤\ufe0f\u200d💋\u200d👨🏻"},
		{"a joiner that joins letters of a script", "क\u094d\u200dष", "क\u094d\u200dष"},
		{"a joiner that joins nothing", "a\u200db\u200d", `a\u200db\u200d`},
		{"a joiner at the end of an emoji", "👩\u200d", `👩\u200d`},
		{"a joiner before a mark alone", "👩\u200d\u0301", `👩\u200d` + "\u0301"},
		{"a joiner between an emoji and what is not seen", "👩\u200d\u200b", `👩\u200d\u200b`},
		{"a flag's tags, which nobody sees", "🏴\U000e0067\U000e007f", `🏴\U000e0067\U000e007f`},
		{"marks that pile up", "a" + strings.Repeat("\u0301", 11), "a" + strings.Repeat("\u0301", 9) + `\u0301\u0301`},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := Visible(test.in); got != test.want {
				t.Errorf("Visible(%q) = %s, want %s", test.in, got, test.want)
			}
		})
	}
}
