// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

// mend asks for resyncs until one is late enough. Tencent's clock is read to the second: in the second or two after a
// change an answer may count as older than what is known.
func (st *stack) mend(ctx context.Context, groupID string) error {
	count := 0
	return st.awaitOrGoOn(ctx, "a resync to mend it", func() (bool, error) {
		count++
		if err := st.requestResync(ctx, fmt.Sprint("demo-", count)); err != nil {
			return false, err
		}
		return st.isCurrent(ctx, groupID)
	})
}

// requestResync asks for a resync as anybody can, and waits for its end.
func (st *stack) requestResync(ctx context.Context, request string) error {
	patch := fmt.Sprintf(`{"metadata":{"annotations":{%q:%q}}}`, imv1alpha1.AnnotationResyncRequestedAt, request)
	if err := st.client.Patch(ctx, sampleApp(cloudName), client.RawPatch(types.MergePatchType, []byte(patch))); err != nil {
		return err
	}
	return st.awaitOrGoOn(ctx, "the resync", st.resynced(ctx, request))
}

// resynced tells whether a resync is done: one that was asked for, or "" for any.
func (st *stack) resynced(ctx context.Context, request string) func() (bool, error) {
	return func() (bool, error) {
		app := sampleApp(cloudName)
		err := st.client.Get(ctx, client.ObjectKeyFromObject(app), app)
		handled := request == "" || app.Status.Resync != nil && app.Status.Resync.LastHandledRequest == request
		return handled && meta.IsStatusConditionTrue(app.Status.Conditions, imv1alpha1.ConditionResynced), err
	}
}

// isCurrent tells whether the IMGroup of a group says what the cloud does.
func (st *stack) isCurrent(ctx context.Context, groupID string) (bool, error) {
	group, err := st.groupOf(ctx, groupID)
	want, _ := st.cloud.Group(groupID)
	return difference(want, group.Status) == "", err
}

func (st *stack) groupOf(ctx context.Context, groupID string) (imv1alpha1.IMGroup, error) {
	groups, err := st.groupsOf(ctx, cloudName)
	for _, g := range groups {
		if g.Spec.GroupID == groupID {
			return g, err
		}
	}
	return imv1alpha1.IMGroup{}, err
}
