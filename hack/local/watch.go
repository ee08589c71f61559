// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"io"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

// follower prints one line per change of any IMGroup.
type follower struct {
	client client.WithWatch
	table  *table
	seen   map[types.UID]*imv1alpha1.IMGroup
}

// follow prints the table as it is, then every change, until the context ends. The API server ends a watch every few
// minutes; what changed in between is found by listing again.
func follow(ctx context.Context, c client.WithWatch, out io.Writer) error {
	f := follower{client: c, table: newTable(out), seen: map[types.UID]*imv1alpha1.IMGroup{}}
	f.table.header()
	for ctx.Err() == nil {
		if err := f.followOnce(ctx); err != nil && ctx.Err() == nil {
			return err
		}
	}
	return nil
}

func (f *follower) followOnce(ctx context.Context) error {
	var list imv1alpha1.IMGroupList
	if err := f.client.List(ctx, &list); err != nil {
		return err
	}
	slices.SortFunc(list.Items, byChangeTime)
	for i := range list.Items {
		f.show(&list.Items[i])
	}
	w, err := f.client.Watch(ctx, &imv1alpha1.IMGroupList{}, &client.ListOptions{Raw: &metav1.ListOptions{ResourceVersion: list.ResourceVersion}})
	if err != nil {
		return err
	}
	defer w.Stop()
	for event := range w.ResultChan() {
		group, ok := event.Object.(*imv1alpha1.IMGroup)
		switch {
		case !ok: // an error: the version is too old, or the server ends; list again
			return nil
		case event.Type == watch.Deleted:
			delete(f.seen, group.UID)
		case event.Type == watch.Added, event.Type == watch.Modified:
			f.show(group)
		}
	}
	return nil
}

// show prints a group if what is known of it differs from what was printed last.
func (f *follower) show(g *imv1alpha1.IMGroup) {
	before, printed := f.seen[g.UID]
	if g.Status.LastChange == nil || printed && !news(before.Status, g.Status) {
		return
	}
	f.seen[g.UID] = g.DeepCopy()
	f.table.row(g)
}

func news(before, now imv1alpha1.IMGroupStatus) bool {
	return !equality.Semantic.DeepEqual(before.FieldTimes, now.FieldTimes) ||
		!equality.Semantic.DeepEqual(before.LastChange, now.LastChange)
}

func byChangeTime(a, b imv1alpha1.IMGroup) int {
	return strings.Compare(changeTime(&a)+a.Name, changeTime(&b)+b.Name)
}
