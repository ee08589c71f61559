// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"context"

	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

// App reads an IMApp, which may be written as imapp/NAME.
func (c *Cluster) App(ctx context.Context, arg string) (*imv1alpha1.IMApp, error) {
	name, err := NameOf(arg, KindApp)
	if err != nil {
		return nil, err
	}
	app := &imv1alpha1.IMApp{}
	return app, c.Get(ctx, client.ObjectKey{Namespace: c.Namespace, Name: name}, app)
}

// Group reads an IMGroup, which may be written as imgroup/NAME.
func (c *Cluster) Group(ctx context.Context, arg string) (*imv1alpha1.IMGroup, error) {
	name, err := NameOf(arg, KindGroup)
	if err != nil {
		return nil, err
	}
	g := &imv1alpha1.IMGroup{}
	return g, c.Get(ctx, client.ObjectKey{Namespace: c.Namespace, Name: name}, g)
}

// GroupsOf are the IMGroups of one group of an IMApp.
func (c *Cluster) GroupsOf(ctx context.Context, app, groupID string) ([]imv1alpha1.IMGroup, error) {
	var list imv1alpha1.IMGroupList
	err := c.List(ctx, &list, client.InNamespace(c.Namespace), client.MatchingFields{"spec.appRef.name": app, "spec.groupID": groupID})
	return list.Items, err
}
