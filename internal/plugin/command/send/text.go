// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package send

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/event"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/callback"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/changes"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/cluster"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/screen"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/words"
	"github.com/imgroup-operator/imgroup-operator/internal/terminal"
)

// asText sends, and says in words what comes of it.
func (t *trial) asText(ctx context.Context, from string, wait bool) error {
	if err := t.printSent(from); err != nil {
		return err
	}
	answer, err := t.sender.Send(ctx, t.message)
	if err != nil {
		return unreachable(err)
	}
	if err := cmp.Or(t.printAnswer(answer), refusal(answer)); err != nil || !wait {
		return err
	}
	groups, err := t.awaitShown(ctx)
	for i := range groups {
		err = cmp.Or(err, t.printShown(&groups[i]))
	}
	return err
}

func (t *trial) printSent(from string) error {
	c := t.message
	text := fmt.Sprintf("%s of the group %s, event time %s", c.Command, c.GroupID, c.EventTime.UTC().Format(words.TimeFormat))
	if err := t.Screen().Paragraph("Sent", text); err != nil {
		return err
	}
	return t.Screen().Paragraph("To", t.sender.URL, from)
}

func (t *trial) printAnswer(a callback.Answer) error {
	s, style := t.Screen(), screen.Green
	if !a.OK() {
		style = screen.Red
	}
	text := fmt.Sprintf("HTTP %d", a.HTTPStatus)
	if !a.Foreign {
		text += fmt.Sprintf(" %s %d %s", a.ActionStatus, a.ErrorCode, a.ErrorInfo)
	}
	label := s.Label("Answer")
	if err := s.Line("%s%s in %d ms", label, s.Paint(style, terminal.Visible(strings.TrimSpace(text))), a.Duration.Milliseconds()); err != nil {
		return err
	}
	return s.Paragraph("", callback.Explain(a))
}

func (t *trial) printShown(g *imv1alpha1.IMGroup) error {
	c := t.message
	lines := []string{cluster.FullName(g)}
	if newerEpoch(g, c) {
		lines = append(lines, fmt.Sprintf("The group was recreated at %s, so anything older is ignored.", changes.TimeOf(g, event.Epoch).UTC().Format(words.TimeFormat)))
		return t.Screen().Paragraph("IMGroup", lines...)
	}
	for _, v := range contents(c) {
		lines = append(lines, shown(g, v, c.EventTime))
	}
	return t.Screen().Paragraph("IMGroup", lines...)
}
