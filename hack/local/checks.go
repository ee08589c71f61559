// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"io"

	"k8s.io/apimachinery/pkg/api/meta"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

// checklist counts checks and prints those that fail.
type checklist struct {
	out           io.Writer
	count, failed int
}

// that notes one check: what must hold, and what is the case if it does not.
func (c *checklist) that(holds bool, what, otherwise string) {
	c.count++
	if !holds {
		c.failed++
		printLine(c.out, "FAILED", what+":", otherwise)
	}
}

func (c *checklist) result() error {
	if c.failed > 0 {
		return fmt.Errorf("demo: %d of %d checks failed", c.failed, c.count)
	}
	if c.count == 0 {
		return errors.New("demo: nothing was checked")
	}
	printLine(c.out, fmt.Sprintf("\ndemo: all %d checks passed", c.count))
	return nil
}

// wish is what one member of a group's status must be at the end of the day.
type wish struct {
	groupID, what, want string
	got                 func(imv1alpha1.IMGroupStatus) string
}

// wishes are written by hand, from the script, and do not ask the oracle.
var wishes = []wish{
	{opsGroup, "name", "運用チーム", func(s imv1alpha1.IMGroupStatus) string { return known(s.Name) }},
	{opsGroup, "introduction", "On-call coordination", func(s imv1alpha1.IMGroupStatus) string { return known(s.Introduction) }},
	{opsGroup, "notification", `""`, func(s imv1alpha1.IMGroupStatus) string { return known(s.Notification) }},
	{opsGroup, "face URL", "https://cdn.example.com/ops.png", func(s imv1alpha1.IMGroupStatus) string { return known(s.FaceURL) }},
	{opsGroup, "custom fields", "map[Level:7 Region:eu]", func(s imv1alpha1.IMGroupStatus) string { return fmt.Sprint(s.CustomFields) }},
	{opsGroup, "operator of the newest change", "leckie", func(s imv1alpha1.IMGroupStatus) string { return s.LastChange.Operator }},
	{opsGroup, "condition Synced", "True", condition(imv1alpha1.ConditionSynced)},
	{opsGroup, "condition Destroyed", "absent", condition(imv1alpha1.ConditionDestroyed)},
	{opsGroup, "condition Ready", "True", condition(imv1alpha1.ConditionReady)},
	{teamGroup, "name", "青チーム", func(s imv1alpha1.IMGroupStatus) string { return known(s.Name) }},
	{teamGroup, "owner", "peter", func(s imv1alpha1.IMGroupStatus) string { return known(s.Owner) }},
	{teamGroup, "condition Synced", "False", condition(imv1alpha1.ConditionSynced)},
	{community, "name", "Players", func(s imv1alpha1.IMGroupStatus) string { return known(s.Name) }},
	{community, "notification", "-", func(s imv1alpha1.IMGroupStatus) string { return known(s.Notification) }},
	{worldGroup, "name", "New World", func(s imv1alpha1.IMGroupStatus) string { return known(s.Name) }},
	{worldGroup, "introduction", "-", func(s imv1alpha1.IMGroupStatus) string { return known(s.Introduction) }},
	{worldGroup, "notification", "-", func(s imv1alpha1.IMGroupStatus) string { return known(s.Notification) }},
	{worldGroup, "condition Destroyed", "False", condition(imv1alpha1.ConditionDestroyed)},
	{oldGroup, "name", "the last name", func(s imv1alpha1.IMGroupStatus) string { return known(s.Name) }},
	{oldGroup, "condition Destroyed", "True", condition(imv1alpha1.ConditionDestroyed)},
	{busyGroup, "name", "busy \u202e\x1b[31m", func(s imv1alpha1.IMGroupStatus) string { return known(s.Name) }},
	{busyGroup, "notification", "change 30", func(s imv1alpha1.IMGroupStatus) string { return known(s.Notification) }},
}

// checkGroups compares the objects with the wishes.
func checkGroups(checks *checklist, groups []imv1alpha1.IMGroup) {
	byID := map[string]imv1alpha1.IMGroupStatus{}
	for _, g := range groups {
		byID[g.Spec.GroupID] = g.Status
	}
	for _, w := range wishes {
		status, exists := byID[w.groupID]
		if !exists || status.LastChange == nil {
			checks.that(false, w.groupID+": "+w.what, "nothing is known of the group")
			continue
		}
		got := w.got(status)
		checks.that(got == w.want, w.groupID+": "+w.what, fmt.Sprintf("got %q, want %q", got, w.want))
	}
	_, exists := byID[stranger]
	checks.that(!exists, "a refused callback makes no IMGroup", stranger+" exists")
}

func condition(kind string) func(imv1alpha1.IMGroupStatus) string {
	return func(s imv1alpha1.IMGroupStatus) string {
		if c := meta.FindStatusCondition(s.Conditions, kind); c != nil {
			return string(c.Status)
		}
		return "absent"
	}
}
