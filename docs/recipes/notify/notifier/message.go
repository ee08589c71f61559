// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package notifier

import (
	"cmp"
	"slices"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/docs/recipes/notify/robot"
)

// Bounds of texts that chat users type, in characters: a message has all of its first line and some values.
const (
	shortText = 60
	longText  = 200
)

// message says what happened to a group, and when. Each line is at most one user's text.
func message(g *imv1alpha1.IMGroup, tell []change) []string {
	lines := []string{headline(g)}
	for _, c := range tell {
		line := robot.Line(c.field, shortText)
		switch {
		case c.field == created || c.field == disbanded:
		case c.value == "":
			line += " cleared"
		default:
			line += ": " + robot.Line(c.value, longText)
		}
		lines = append(lines, line)
	}
	return append(lines, when(g.Status.LastChange, tell))
}

func headline(g *imv1alpha1.IMGroup) string {
	id := robot.Line(g.Spec.GroupID, len(g.Spec.GroupID))
	if name := g.Status.Name; name != nil && *name != "" {
		id = robot.Line(*name, shortText) + " (" + id + ")"
	}
	return "IMGroup " + g.Name + " of " + g.Spec.AppRef.Name + ": " + id
}

// when is the time of the newest change, and who made it if that is known.
func when(last *imv1alpha1.LastChange, tell []change) string {
	newest := slices.MaxFunc(tell, func(a, b change) int { return cmp.Compare(a.at.UnixMicro(), b.at.UnixMicro()) }).at
	text := newest.Format("2006-01-02 15:04:05 MST")
	if last != nil && last.Operator != "" && last.EventTime.Time.Equal(newest) {
		text += " by " + robot.Line(last.Operator, shortText)
	}
	return text
}
