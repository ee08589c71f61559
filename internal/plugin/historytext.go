// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package plugin

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/util/duration"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/screen"
)

func (p *plugin) printHistory(h *history) error {
	s := p.screen()
	for _, part := range []struct {
		label string
		texts []string
	}{
		{"IMGroup", []string{h.Namespace + "/" + h.Name}},
		{"Group", []string{h.GroupID + " of the IMApp " + h.App}},
		{"State", []string{h.stateText()}},
		{"Change", []string{p.changeText(h.LastChange)}},
		{"Resync", p.resyncText(h)},
	} {
		if err := paragraph(s, part.label, part.texts...); err != nil {
			return err
		}
	}
	return cmp.Or(p.printClocks(s, h), p.printEvents(s, h))
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
func (p *plugin) changeText(c *imv1alpha1.LastChange) string {
	if c == nil {
		return "none yet"
	}
	text := p.when(c.EventTime.Time) + ": " + cmp.Or(strings.Join(c.Fields, ", "), "no value changed")
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

func (p *plugin) resyncText(h *history) (lines []string) {
	if r := h.Resync; r == nil {
		lines = append(lines, "none of the IMApp")
	} else {
		lines = append(lines, "of the IMApp: "+p.span(r))
		if r.Watermark != nil {
			lines = append(lines, "what callbacks tell of before "+p.when(r.Watermark.Time)+", less 60 s, is dropped as stale")
		}
	}
	if h.Requested != "" {
		lines = append(lines, "of this group alone: asked for at "+h.Requested)
	}
	return lines
}

func (p *plugin) span(r *imv1alpha1.ResyncStatus) string {
	switch {
	case r.StartTime == nil:
		return "not begun"
	case r.CompletionTime == nil:
		return "runs since " + p.when(r.StartTime.Time)
	}
	return "the newest one ended " + p.when(r.CompletionTime.Time)
}

// when is a time with its age.
func (p *plugin) when(t time.Time) string {
	return fmt.Sprintf("%s (%s ago)", t.UTC().Format(timeFormat), p.age(t))
}

func (p *plugin) age(t time.Time) string { return duration.HumanDuration(max(0, p.now().Sub(t))) }

func (p *plugin) printClocks(s screen.Screen, h *history) error {
	if len(h.Clocks) == 0 {
		return nil
	}
	rows := make([][]string, 0, len(h.Clocks))
	for _, c := range h.Clocks {
		value := known(c.Value)
		if c.Value == nil {
			value = ""
		}
		rows = append(rows, []string{c.Time.UTC().Format(timeFormat), p.age(c.Time.Time), c.Field, string(c.Source), value})
	}
	return cmp.Or(s.Line(""), s.Table([]string{"TIME", "AGE", "FIELD", "SOURCE", "VALUE"}, rows))
}

func (p *plugin) printEvents(s screen.Screen, h *history) error {
	if len(h.Events) == 0 {
		return nil
	}
	rows := make([][]string, 0, len(h.Events))
	for _, e := range h.Events {
		rows = append(rows, []string{e.Time.UTC().Format(timeFormat), p.age(e.Time.Time), e.Reason, e.Note})
	}
	return cmp.Or(s.Line(""), s.Notes([]string{"TIME", "AGE", "EVENT", "NOTE"}, rows))
}
