// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package screen

import (
	"bytes"
	"strings"
	"testing"

	"github.com/imgroup-operator/imgroup-operator/internal/terminal"
)

func TestWrap(t *testing.T) {
	for _, test := range []struct {
		in    string
		width int
		want  string // with |
		fold  string
	}{
		{"one two three", 8, "one two|three", "one two|three"},
		{"one two three", 0, "one two three", "one two three"},
		{"https://example.com/that-is-long and more", 10, "https://example.com/that-is-long|and more", "https://ex|ample.com/|that-is-lo|ng and|more"},
		{"運用 チーム です", 11, "運用 チーム|です", "運用 チーム|です"},
		{"本日22時から再開", 7, "本日22時から再開", "本日22|時から|再開"},
		{"e\u0301e\u0301e\u0301", 2, "e\u0301e\u0301e\u0301", "e\u0301e\u0301|e\u0301"},
		{"", 10, "", ""},
	} {
		if got := strings.Join(Wrap(test.in, test.width), "|"); got != test.want {
			t.Errorf("%q in %d columns: %q, want %q", test.in, test.width, got, test.want)
		}
		if got := strings.Join(fold(test.in, test.width), "|"); got != test.fold {
			t.Errorf("%q folded to %d columns: %q, want %q", test.in, test.width, got, test.fold)
		}
	}
}

var notes = [][]string{{"5m", "Renamed", `name changed to "本日22時から` + strings.Repeat("メンテ", 10) + `\x1b" by "leckie" from "iOS"`}, {"3m", "Created", "by \x1b"}}

const (
	notesBelow = `AGE  EVENT
5m   Renamed
    name changed to
    "本日22時からメンテメンテメンテメン
    テメンテメンテメンテメンテメンテメン
    テ\\x1b" by "leckie" from "iOS"
3m   Created
    by \x1b
`
	notesBeside = `AGE  EVENT    NOTE
5m   Renamed  name changed to
              "本日22時からメンテメンテメンテメンテメンテメンテメンテメンテメ
              ンテメンテ\\x1b" by "leckie" from "iOS"
3m   Created  by \x1b
`
)

// Nothing of a note is cut, in no width.
func TestNotes(t *testing.T) {
	whole := "AGE  EVENT    NOTE\n5m   Renamed  " + terminal.Visible(notes[0][2]) + "\n3m   Created  by \\x1b\n"
	for columns, want := range map[uint16]string{40: notesBelow, 77: notesBeside, 200: whole, 0: whole} {
		if got := printed(t, columns, notes); got != want {
			t.Errorf("in %d columns: got\n%swant\n%s", columns, got, want)
		}
	}
}

// printed are notes on a terminal, or without columns in a pipe.
func printed(t *testing.T, columns uint16, rows [][]string) string {
	t.Helper()
	var b bytes.Buffer
	s, shown := Of(&b), b.String
	if columns > 0 {
		s, shown = openTerminal(t, columns)
		s.colours = false
	}
	if err := s.Notes([]string{"AGE", "EVENT", "NOTE"}, rows); err != nil {
		t.Fatal(err)
	}
	return shown()
}
