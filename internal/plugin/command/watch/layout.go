// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package watch

import (
	"strings"

	"github.com/imgroup-operator/imgroup-operator/internal/plugin/screen"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/words"
	"github.com/imgroup-operator/imgroup-operator/internal/terminal"
)

// columns are those before the old and the new value: time, name, field, operator, age.
const columns = 5

// layout is how wide they are; 0 leaves one out. In few columns the values have a line of their own.
type layout struct {
	widths [columns]int
	gap    string
	below  bool
}

// layouts by the width of the terminal, the widest first; the last one is for pipes and fits most names as they are.
var layouts = []struct {
	from int
	layout
}{
	{140, layout{widths: [columns]int{8, 44, 16, 16, 4}, gap: "  "}},
	{100, layout{widths: [columns]int{8, 26, 13, 10, 4}, gap: "  "}},
	{80, layout{widths: [columns]int{8, 20, 10, 8, 4}, gap: " "}},
	{0, layout{widths: [columns]int{len(words.TimeFormat) - len("07:00"), 44, 16, 16, 4}, gap: "  "}},
}

func layoutFor(width int) layout {
	for _, l := range layouts {
		if width >= l.from && (width == 0) == (l.from == 0) {
			return l.layout
		}
	}
	l := layout{widths: [columns]int{8, 1, 10, 8, 0}, gap: " ", below: true}
	l.widths[1] += max(0, width-l.used()+len(l.gap)) // the name has what is left
	return l
}

// used is the width of the columns with a gap behind each.
func (l layout) used() (total int) {
	for _, w := range l.widths {
		if w > 0 {
			total += w + len(l.gap)
		}
	}
	return total
}

// beforeValues is what a line has before the values.
func (l layout) beforeValues(s screen.Screen, texts [columns]string, styles [columns]screen.Style) string {
	var cells []string
	for i, w := range l.widths {
		if w > 0 {
			cells = append(cells, s.Paint(styles[i], cell(s, texts[i], w)))
		}
	}
	if l.below {
		return strings.TrimRight(strings.Join(cells, l.gap), " ") + "\n" + margin
	}
	return strings.Join(cells, l.gap) + l.gap
}

// margin is before values that have a line of their own.
const margin = "  "

// room is how many columns a line has for the values.
func (l layout) room(width int) int {
	if l.below {
		return width - len(margin)
	}
	return width - l.used()
}

// cell is cut on a terminal only.
func cell(on screen.Screen, s string, columns int) string {
	if !on.IsTerminal() {
		columns = max(columns, terminal.Width(s))
	}
	return terminal.Cell(s, columns)
}
