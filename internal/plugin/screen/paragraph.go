// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package screen

import (
	"strings"

	"github.com/imgroup-operator/imgroup-operator/internal/terminal"
)

// labelWidth is room for the labels of paragraphs.
const labelWidth = 9

// Label is what a paragraph begins with.
func (s Screen) Label(label string) string { return s.Paint(Bold, terminal.Cell(label, labelWidth)) }

// Paragraph prints a label and beside it texts, each from a line of its own and wrapped at words on a terminal. What has
// no blank, such as a URL, is never broken, so that it can be copied.
func (s Screen) Paragraph(label string, texts ...string) error {
	head := s.Label(label)
	for _, part := range texts {
		for _, line := range Wrap(terminal.Visible(part), s.Width()-labelWidth) {
			if err := s.Line("%s%s", head, line); err != nil {
				return err
			}
			head = strings.Repeat(" ", labelWidth)
		}
	}
	return nil
}
