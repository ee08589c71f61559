// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"strings"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

// playFirstResync shows the groups that the operator found by itself.
func (st *stack) playFirstResync(ctx context.Context, checks *checklist) error {
	printLine(checks.out, "\nThe groups of the fake Tencent are older than the operator.\nThe first resync finds them, without any callback:")
	if err := st.awaitOrGoOn(ctx, "the first resync", st.resynced(ctx, "")); err != nil {
		return err
	}
	groups, err := st.groupsOf(ctx, cloudName)
	if err != nil {
		return err
	}
	printTable(checks.out, groups)
	checks.that(st.cloud.Stats().Acknowledged == 0, "no callback was sent", fmt.Sprintf("%+v", st.cloud.Stats()))
	st.checkComplete(checks, groups)
	return nil
}

// playChange changes a group as a backend does, and waits for the callback to arrive.
func (st *stack) playChange(ctx context.Context, checks *checklist) error {
	printLine(checks.out, "\nA group is renamed by the REST API.\nThe fake Tencent sends its callback, and the IMGroup follows:")
	if err := st.cloud.rename(ctx, tokyoGroup, "東京チーム（新）"); err != nil {
		return err
	}
	if err := st.awaitOrGoOn(ctx, "the callback", func() (bool, error) { return st.isCurrent(ctx, tokyoGroup) }); err != nil {
		return err
	}
	return st.checkChanged(ctx, checks, tokyoGroup, imv1alpha1.SourceCallback)
}

// playLoss changes a group, loses the callback, and asks for a resync.
func (st *stack) playLoss(ctx context.Context, checks *checklist) error {
	printLine(checks.out, "\nAnother is renamed, but its callback is lost.\nA resync on demand finds the new name:")
	if err := st.loseCallback(ctx, shanghaiGroup, "上海团队（新）"); err != nil {
		return err
	}
	early, err := st.isCurrent(ctx, shanghaiGroup)
	if err != nil {
		return err
	}
	checks.that(!early, shanghaiGroup+": the change is not known without its callback", "it is")
	if err := st.mend(ctx, shanghaiGroup); err != nil {
		return err
	}
	return st.checkChanged(ctx, checks, shanghaiGroup, imv1alpha1.SourceREST)
}

// loseCallback renames a group and returns when its callback is lost.
func (st *stack) loseCallback(ctx context.Context, groupID, name string) error {
	st.cloud.wire.cut.Store(true)
	defer st.cloud.wire.cut.Store(false)
	lost := st.cloud.Stats().Failed
	if err := st.cloud.rename(ctx, groupID, name); err != nil {
		return err
	}
	return st.await(ctx, "the callback to be lost", settleTimeout, func() (bool, error) { return st.cloud.Stats().Failed > lost, nil })
}

// checkComplete holds all groups against the cloud.
func (st *stack) checkComplete(checks *checklist, groups []imv1alpha1.IMGroup) {
	byID := map[string]imv1alpha1.IMGroupStatus{}
	for _, g := range groups {
		byID[g.Spec.GroupID] = g.Status
	}
	for _, want := range st.cloud.Groups() {
		got := byID[want.ID]
		checks.that(difference(want, got) == "", want.ID+": the IMGroup says what the cloud does", difference(want, got))
		checks.that(condition(imv1alpha1.ConditionSynced)(got) == "True" && !fromCallbacks(got), want.ID+": all is known without callbacks", strings.TrimSpace(fmt.Sprint(got.FieldTimes)))
	}
}

// checkChanged shows one group and checks that its newest change came the way that is told.
func (st *stack) checkChanged(ctx context.Context, checks *checklist, groupID string, source imv1alpha1.Source) error {
	group, err := st.groupOf(ctx, groupID)
	if err != nil {
		return err
	}
	printTable(checks.out, []imv1alpha1.IMGroup{group})
	want, _ := st.cloud.Group(groupID)
	diff := difference(want, group.Status)
	checks.that(diff == "", groupID+": the IMGroup follows the cloud", diff)
	last := group.Status.LastChange
	checks.that(last != nil && last.Source == source, groupID+": the change is learned from "+string(source), fmt.Sprintf("%+v", last))
	return nil
}
