// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package watch

import (
	"time"

	"k8s.io/apimachinery/pkg/util/duration"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/changes"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/screen"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/words"
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
	l := layoutFor(t.screen.Width())
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
	text := l.beforeValues(t.screen, [columns]string{"TIME", name, "FIELD", "OPERATOR", "AGE"}, [columns]screen.Style{}) + "OLD → NEW"
	return t.screen.Line("%s", t.screen.Paint(screen.Bold, text))
}

func (t *changeTable) line(l layout, c *changes.Change) error {
	name := c.Name
	if t.namespaces {
		name = c.Namespace + "/" + c.Name
	}
	age := duration.HumanDuration(max(0, t.now().Sub(c.Time.Time)))
	text := l.beforeValues(t.screen, [columns]string{t.clock(c.Time.Time), name, c.Field, operator(c), age},
		[columns]screen.Style{screen.Dim, screen.Plain, screen.Cyan, screen.Plain, screen.Dim})
	return t.screen.Line("%s%s", text, t.screen.OldToNew(words.Known(c.Old), words.Known(c.New), l.room(t.screen.Width())))
}

// clock is the time of day of this machine, or for what is older the day. In a pipe it is all of it, in UTC.
func (t *changeTable) clock(at time.Time) string {
	switch {
	case !t.screen.IsTerminal():
		return at.UTC().Format(words.TimeFormat)
	case t.now().Sub(at) > 24*time.Hour:
		return at.Local().Format("02 Jan")
	}
	return at.Local().Format(time.TimeOnly)
}

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
