// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"context"
	"errors"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/exit"
)

// App reads an IMApp, which may be written as imapp/NAME.
func (c *Cluster) App(ctx context.Context, arg string) (*imv1alpha1.IMApp, error) {
	name, err := NameOf(arg, KindApp)
	if err != nil {
		return nil, err
	}
	app := &imv1alpha1.IMApp{}
	return app, c.read(ctx, "IMApp", name, app)
}

// Group reads an IMGroup, which may be written as imgroup/NAME, or as the ID of its group.
func (c *Cluster) Group(ctx context.Context, arg string) (*imv1alpha1.IMGroup, error) {
	g := &imv1alpha1.IMGroup{}
	if name, found := GroupName(arg); found {
		return g, c.read(ctx, "IMGroup", name, g)
	}
	name, err := NameOf(arg, KindGroup)
	if err != nil {
		return nil, err
	}
	notFound := c.read(ctx, "IMGroup", name, g)
	if !apierrors.IsNotFound(notFound) {
		return g, notFound
	}
	var list imv1alpha1.IMGroupList
	err = c.List(ctx, &list, client.InNamespace(c.Namespace), client.MatchingFields{"spec.groupID": arg})
	switch {
	case err != nil || len(list.Items) == 0:
		return nil, notFound
	case len(list.Items) > 1:
		return nil, exit.Usage("the group %s has %d IMGroups, such as %s and %s: name one of them", arg, len(list.Items), list.Items[0].Name, list.Items[1].Name)
	}
	return &list.Items[0], nil
}

// read reads one object of the namespace.
func (c *Cluster) read(ctx context.Context, kind, name string, o client.Object) error {
	err := c.Get(ctx, client.ObjectKey{Namespace: c.Namespace, Name: name}, o)
	var status apierrors.APIStatus
	if apierrors.IsNotFound(err) && errors.As(err, &status) && !isUnknownKind(status) {
		return &absent{err, fmt.Sprintf("there is no %s %s in the namespace %s", kind, name, c.Namespace)}
	}
	return err
}

// absent says more than the API server of what does not exist.
type absent struct {
	error
	text string
}

func (a *absent) Error() string { return a.text }
func (a *absent) Unwrap() error { return a.error }

// GroupsOf are the IMGroups of one group of an IMApp.
func (c *Cluster) GroupsOf(ctx context.Context, app, groupID string) ([]imv1alpha1.IMGroup, error) {
	var list imv1alpha1.IMGroupList
	err := c.List(ctx, &list, client.InNamespace(c.Namespace), client.MatchingFields{"spec.appRef.name": app, "spec.groupID": groupID})
	return list.Items, err
}

// pageSize is how many IMGroups are read at a time: there may be very many.
const pageSize = 500

// EachGroup reads the IMGroups of a namespace, or of all with "", page by page, until f returns false.
func (c *Cluster) EachGroup(ctx context.Context, namespace string, f func(*imv1alpha1.IMGroup) bool, which ...client.ListOption) error {
	next := ""
	for {
		var groups imv1alpha1.IMGroupList
		page := append([]client.ListOption{client.InNamespace(namespace), client.Limit(pageSize), client.Continue(next)}, which...)
		if err := c.List(ctx, &groups, page...); err != nil {
			return err
		}
		for i := range groups.Items {
			if !f(&groups.Items[i]) {
				return nil
			}
		}
		if next = groups.Continue; next == "" {
			return nil
		}
	}
}
