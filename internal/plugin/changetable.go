// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package plugin

import (
	"time"

	"k8s.io/apimachinery/pkg/util/duration"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/changes"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/screen"
	"github.com/imgroup-operator/imgroup-operator/internal/terminal"
)

// changeTable prints changes, a line each, and two on a narrow terminal. The old and the new value are the last column,
// so that a long or wide text can push nothing out of place.
type changeTable struct {
	screen     screen.Screen
	namespaces bool
	now        func() time.Time
	begun      bool
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
	text := t.beforeValues(l, [columns]string{"TIME", name, "FIELD", "OPERATOR", "AGE"}, [columns]screen.Style{}) + "OLD → NEW"
	return t.screen.Line("%s", t.screen.Paint(screen.Bold, text))
}

func (t *changeTable) line(l layout, c *changes.Change) error {
	name := c.Name
	if t.namespaces {
		name = c.Namespace + "/" + c.Name
	}
	age := duration.HumanDuration(max(0, t.now().Sub(c.Time.Time)))
	text := t.beforeValues(l, [columns]string{t.clock(c.Time.Time), name, c.Field, operator(c), age},
		[columns]screen.Style{screen.Dim, screen.Plain, screen.Cyan, screen.Plain, screen.Dim})
	return t.screen.Line("%s%s", text, oldToNew(t.screen, c, l.room(t.screen.Width())))
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

// oldToNew has both values, on a terminal cut so that the new one has the most of the room.
func oldToNew(s screen.Screen, c *changes.Change, room int) string {
	old, now := known(c.Old), known(c.New)
	room -= len([]rune(arrow))
	if s.Width() > 0 && terminal.Width(old)+terminal.Width(now) > room {
		old = cutTo(old, max(room/3, room-terminal.Width(now)))
		now = cutTo(now, room-terminal.Columns(old))
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
