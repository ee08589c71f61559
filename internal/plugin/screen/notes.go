// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package screen

import (
	"strings"

	"github.com/imgroup-operator/imgroup-operator/internal/terminal"
)

const (
	// minNote is the width below which a note stands under its row, not beside it.
	minNote = 60
	indent  = 4
)

// Notes prints a table whose last column is text that nobody may miss the end of: it is wrapped, never cut.
func (s Screen) Notes(header []string, rows [][]string) error {
	last := len(header) - 1
	widths := natural(append([][]string{header}, rows...))
	beside := s.beside(widths[:last], widths[last])
	if !beside {
		header, widths = header[:last], s.fit(widths[:last])
	}
	if err := s.Line("%s", s.Paint(Bold, row(header, widths))); err != nil {
		return err
	}
	for _, cells := range rows {
		if err := s.note(cells, widths[:last], beside); err != nil {
			return err
		}
	}
	return nil
}

// beside reports whether notes have room beside the other columns.
func (s Screen) beside(others []int, note int) bool {
	return s.Width() == 0 || s.Width()-sum(others) >= min(note, minNote)
}

// sum is the width of columns with a gap behind each.
func sum(widths []int) (total int) {
	for _, w := range widths {
		total += w + len(gap)
	}
	return total
}

// note prints one row. Its note begins on the same line or on the next one.
func (s Screen) note(cells []string, widths []int, beside bool) error {
	last := len(cells) - 1
	head, margin := row(cells[:last], widths), indent
	if beside {
		margin = sum(widths)
	} else if err := s.Line("%s", head); err != nil {
		return err
	}
	for i, line := range fold(terminal.Visible(cells[last]), s.Width()-margin) {
		if i > 0 || !beside {
			head = ""
		}
		head += strings.Repeat(" ", margin-terminal.Columns(head))
		if err := s.Line("%s", strings.TrimRight(head+line, " ")); err != nil {
			return err
		}
	}
	return nil
}
