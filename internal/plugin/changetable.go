// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package plugin

import (
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/util/duration"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/changes"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/screen"
	"github.com/imgroup-operator/imgroup-operator/internal/terminal"
)

// changeTable prints changes, a line each. The old and the new value are the last column, so that a long or wide text
// can push nothing out of place.
type changeTable struct {
	screen     screen.Screen
	namespaces bool
	now        func() time.Time
	begun      bool
}

// layout are the widths of the columns before the last one.
type layout struct {
	time, name, field, operator, age int
	gap                              string
}

// layouts by the width of the terminal, the widest first; the last one is for pipes and fits most names as they are.
var layouts = []struct {
	from int
	layout
}{
	{140, layout{time: 8, name: 44, field: 16, operator: 16, age: 4, gap: "  "}},
	{100, layout{time: 8, name: 26, field: 13, operator: 10, age: 4, gap: "  "}},
	{1, layout{time: 8, name: 20, field: 10, operator: 8, age: 4, gap: " "}},
	{0, layout{time: len(timeFormat) - len("07:00"), name: 44, field: 16, operator: 16, age: 4, gap: "  "}},
}

func (t *changeTable) layout() layout {
	width := t.screen.Width()
	for _, l := range layouts {
		if width >= l.from && (width == 0) == (l.from == 0) {
			return l.layout
		}
	}
	return layout{}
}

func (t *changeTable) show(all []changes.Change) error {
	l := t.layout()
	if !t.begun && len(all) > 0 {
		t.begun = true
		if err := t.header(l); err != nil {
			return err
		}
	}
	for i := range all {
		if err := t.line(l, &all[i]); err != nil {
			return err
		}
	}
	return nil
}

func (t *changeTable) header(l layout) error {
	name := "IMGROUP"
	if t.namespaces {
		name = "NAMESPACE/IMGROUP"
	}
	cells := []string{t.cell("TIME", l.time), t.cell(name, l.name), t.cell("FIELD", l.field), t.cell("OPERATOR", l.operator),
		t.cell("AGE", l.age), "OLD → NEW"}
	return t.screen.Line("%s", t.screen.Paint(screen.Bold, strings.Join(cells, l.gap)))
}

func (t *changeTable) line(l layout, c *changes.Change) error {
	name := c.Name
	if t.namespaces {
		name = c.Namespace + "/" + c.Name
	}
	before := []string{
		t.screen.Paint(screen.Dim, t.cell(t.clock(c.Time.Time), l.time)),
		t.cell(name, l.name),
		t.screen.Paint(screen.Cyan, t.cell(c.Field, l.field)),
		t.cell(operator(c), l.operator),
		t.screen.Paint(screen.Dim, t.cell(duration.HumanDuration(max(0, t.now().Sub(c.Time.Time))), l.age)),
	}
	used := l.time + l.name + l.field + l.operator + l.age + len(l.gap)*len(before)
	return t.screen.Line("%s%s%s", strings.Join(before, l.gap), l.gap, oldToNew(t.screen, c, used))
}

// cell is cut on a terminal only.
func (t *changeTable) cell(s string, columns int) string {
	if !t.screen.IsTerminal() {
		columns = max(columns, terminal.Width(s))
	}
	return terminal.Cell(s, columns)
}

// clock is the time of day of this machine, or for what is older the day. In a pipe it is all of it, in UTC.
func (t *changeTable) clock(at time.Time) string {
	switch {
	case !t.screen.IsTerminal():
		return at.UTC().Format(timeFormat)
	case t.now().Sub(at) > 24*time.Hour:
		return at.Local().Format("02 Jan")
	}
	return at.Local().Format(time.TimeOnly)
}

const arrow = " → "

// oldToNew has both values, on a terminal cut so that the new one has the most of the room that is not used.
func oldToNew(s screen.Screen, c *changes.Change, used int) string {
	old, now := known(c.Old), known(c.New)
	if width := s.Width(); width > 0 {
		room := width - used - len([]rune(arrow))
		if terminal.Width(old)+terminal.Width(now) > room {
			old = cutTo(old, max(room/3, room-terminal.Width(now)))
			now = cutTo(now, room-terminal.Columns(old))
		} else {
			old, now = terminal.Visible(old), terminal.Visible(now)
		}
	} else {
		old, now = terminal.Visible(old), terminal.Visible(now)
	}
	return s.Paint(screen.Red, old) + arrow + s.Paint(screen.Green, now)
}

func cutTo(s string, columns int) string { return terminal.Cut(s, max(columns, 1)) }

// operator is who made a change. A resync does not learn who it was.
func operator(c *changes.Change) string {
	switch {
	case c.Source == imv1alpha1.SourceREST:
		return "(resync)"
	case c.Operator == "":
		return "-"
	}
	return c.Operator
}
