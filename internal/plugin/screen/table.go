// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package screen

import (
	"slices"
	"strings"

	"github.com/imgroup-operator/imgroup-operator/internal/terminal"
)

const (
	gap       = "  "
	minColumn = 6  // below it nothing can be read
	minTable  = 60 // in fewer columns the terminal wraps a table
)

// Table prints rows below a header. On a terminal the widest columns but the first are cut until a row fits.
func (s Screen) Table(header []string, rows [][]string) error {
	widths := s.fit(natural(append([][]string{header}, rows...)))
	if err := s.Line("%s", s.Paint(Bold, row(header, widths))); err != nil {
		return err
	}
	for _, cells := range rows {
		if err := s.Line("%s", row(cells, widths)); err != nil {
			return err
		}
	}
	return nil
}

// natural are the widths in which nothing is cut.
func natural(rows [][]string) []int {
	widths := make([]int, len(rows[0]))
	for _, cells := range rows {
		for i, c := range cells {
			widths[i] = max(widths[i], terminal.Width(c))
		}
	}
	return widths
}

// fit makes columns narrower, always the widest, the last one first among equals. The first one says what a row is of,
// and stays.
func (s Screen) fit(widths []int) []int {
	bound := s.Width()
	if bound > 0 {
		bound = max(bound, minTable)
	}
	total := len(gap) * (len(widths) - 1)
	for _, w := range widths {
		total += w
	}
	for ; bound > 0 && total > bound; total-- {
		widest := len(widths) - 1
		for i := widest; i > 0; i-- {
			if widths[i] > widths[widest] {
				widest = i
			}
		}
		if widest == 0 || widths[widest] <= minColumn {
			break
		}
		widths[widest]--
	}
	return widths
}

func row(cells []string, widths []int) string {
	padded := slices.Clone(cells)
	for i, c := range cells {
		padded[i] = terminal.Cell(c, widths[i])
	}
	return strings.TrimRight(strings.Join(padded, gap), " ")
}
