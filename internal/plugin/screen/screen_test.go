// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package screen

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"
	"unicode"

	"github.com/creack/pty"
)

// openTerminal is a screen of so many columns, and what it shows once it is closed.
func openTerminal(t *testing.T, columns uint16) (s Screen, shown func() string) {
	t.Helper()
	t.Setenv("NO_COLOR", "")
	t.Setenv("TERM", "xterm")
	master, slave, err := pty.Open()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = master.Close() })
	if err := pty.Setsize(slave, &pty.Winsize{Cols: columns, Rows: 24}); err != nil {
		t.Fatal(err)
	}
	return Of(slave), func() string {
		_ = slave.Close()
		var b bytes.Buffer
		_, _ = b.ReadFrom(master) // the end of a terminal is an error
		return strings.ReplaceAll(b.String(), "\r\n", "\n")
	}
}

var rows = [][]string{{"a", "東京ギルド", "short"}, {"\x1b[31m", "x", strings.Repeat("長い", 40)}}

func TestTableInAPipeIsWhole(t *testing.T) {
	var b bytes.Buffer
	if err := Of(&b).Table([]string{"ONE", "TWO", "THREE"}, rows); err != nil {
		t.Fatal(err)
	}
	want := "ONE       TWO         THREE\na         東京ギルド  short\n\\x1b[31m  x           " + strings.Repeat("長い", 40) + "\n"
	if got := b.String(); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestTableOnATerminalIsCut(t *testing.T) {
	s, shown := openTerminal(t, 60)
	if err := s.Table([]string{"ONE", "TWO", "THREE"}, rows); err != nil {
		t.Fatal(err)
	}
	want := "\x1b[1mONE       TWO         THREE\x1b[0m\na         東京ギルド  short\n\\x1b[31m  x           " + strings.Repeat("長い", 9) + "…\n"
	if got := shown(); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

func TestColoursCanBeTurnedOff(t *testing.T) {
	s, shown := openTerminal(t, 80)
	if got := s.Paint(Red, "a"); got != "\x1b[31ma\x1b[0m" {
		t.Errorf("on a terminal it is %q", got)
	}
	t.Setenv("NO_COLOR", "1")
	if got := Of(s.terminal).Paint(Red, "a"); got != "a" {
		t.Errorf("with NO_COLOR it is %q", got)
	}
	if width, whole := s.Width(), s.Whole().Width(); width != 80 || whole != 0 {
		t.Errorf("%d and %d columns", width, whole)
	}
	shown()
}

func FuzzJSON(f *testing.F) {
	for _, s := range []string{"運用 <&>", "\x1b[2J\u009b1m", "a\u202eb\u2028", "\U000e0041\U0001f680", "\xff", `\u202e`} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		text, err := JSON(map[string]string{"text": s}, "")
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range string(bytes.TrimSuffix(text, []byte("\n"))) {
			if !unicode.IsPrint(r) {
				t.Errorf("%q holds %U", text, r)
			}
		}
		var got map[string]string
		if err := json.Unmarshal(text, &got); err != nil || got["text"] != string([]rune(s)) {
			t.Errorf("%q became %q: %v", s, got["text"], err)
		}
	})
}
