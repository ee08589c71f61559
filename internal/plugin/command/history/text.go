// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package history

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/util/duration"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/cli"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/screen"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/words"
)

// writer words what depends on the time of the moment.
type writer struct{ now func() time.Time }

func printHistory(e *cli.Env, h *history) error {
	s, w := e.Screen(), writer{now: e.Now}
	for _, part := range []struct {
		label string
		texts []string
	}{
		{"IMGroup", []string{h.Namespace + "/" + h.Name}},
		{"Group", []string{h.GroupID + " of the IMApp " + h.App}},
		{"State", []string{h.stateText()}},
		{"Change", []string{w.change(h.LastChange)}},
		{"Resync", w.resync(h)},
	} {
		if err := s.Paragraph(part.label, part.texts...); err != nil {
			return err
		}
	}
	return cmp.Or(w.printClocks(s, h), w.printEvents(s, h))
}

func (h *history) stateText() string {
	words := []string{h.State}
	for _, kind := range []string{imv1alpha1.ConditionReady, imv1alpha1.ConditionSynced} {
		if c := meta.FindStatusCondition(h.Conditions, kind); c != nil {
			words = append(words, fmt.Sprintf("%s %s (%s)", kind, c.Status, c.Reason))
		}
	}
	return strings.Join(words, ", ")
}

// changeText is the newest change in one line.
func (w writer) change(c *imv1alpha1.LastChange) string {
	if c == nil {
		return "none yet"
	}
	text := w.when(c.EventTime.Time) + ": " + cmp.Or(strings.Join(c.Fields, ", "), "no value changed")
	if c.Source == imv1alpha1.SourceREST {
		return text + ", as a resync found"
	}
	if c.Operator != "" {
		text += ", by " + c.Operator
	}
	if c.Platform != "" {
		text += " from " + c.Platform
	}
	return text + " (" + c.Command + ")"
}

func (w writer) resync(h *history) (lines []string) {
	if r := h.Resync; r == nil {
		lines = append(lines, "none of the IMApp")
	} else {
		lines = append(lines, "of the IMApp: "+w.span(r))
		if r.Watermark != nil {
			lines = append(lines, "what callbacks tell of before "+w.when(r.Watermark.Time)+", less 60 s, is dropped as stale")
		}
	}
	if h.Requested != "" {
		lines = append(lines, "of this group alone: asked for at "+h.Requested)
	}
	return lines
}

func (w writer) span(r *imv1alpha1.ResyncStatus) string {
	switch {
	case r.StartTime == nil:
		return "not begun"
	case r.CompletionTime == nil:
		return "runs since " + w.when(r.StartTime.Time)
	}
	return "the newest one ended " + w.when(r.CompletionTime.Time)
}

// when is a time with its age.
func (w writer) when(t time.Time) string {
	return fmt.Sprintf("%s (%s ago)", t.UTC().Format(words.TimeFormat), w.age(t))
}

func (w writer) age(t time.Time) string { return duration.HumanDuration(max(0, w.now().Sub(t))) }

func (w writer) printClocks(s screen.Screen, h *history) error {
	if len(h.Clocks) == 0 {
		return nil
	}
	rows := make([][]string, 0, len(h.Clocks))
	for _, c := range h.Clocks {
		value := words.Known(c.Value)
		if c.Value == nil {
			value = ""
		}
		rows = append(rows, []string{c.Time.UTC().Format(words.TimeFormat), w.age(c.Time.Time), c.Field, value})
	}
	return cmp.Or(s.Line(""), s.Table([]string{"TIME", "AGE", "FIELD", "VALUE"}, rows))
}

func (w writer) printEvents(s screen.Screen, h *history) error {
	if len(h.Events) == 0 {
		return nil
	}
	rows := make([][]string, 0, len(h.Events))
	for _, e := range h.Events {
		rows = append(rows, []string{e.Time.UTC().Format(words.TimeFormat), w.age(e.Time.Time), e.Reason, e.Note})
	}
	return cmp.Or(s.Line(""), s.Notes([]string{"TIME", "AGE", "EVENT", "NOTE"}, rows))
}
