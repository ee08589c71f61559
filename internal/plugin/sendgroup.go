// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package plugin

import (
	"context"
	"strings"
	"unicode/utf8"

	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/event"
)

// groupName is the IMGroup's name of an argument that is none of a group's ID.
func groupName(arg string) (name string, found bool) {
	kind, name, found := strings.Cut(arg, "/")
	return name, found && kindNames[kind] == kindGroup
}

// checkGroup refuses an argument of which no IMGroup could come. JSON has no room for bytes that are not UTF-8: they
// would become another ID.
func checkGroup(arg string) error {
	name, found := groupName(arg)
	switch {
	case found && name == "":
		return usage("%q is not imgroup/NAME", arg)
	case found:
		return nil
	case arg == "":
		return usage("the group's ID is empty")
	case !utf8.ValidString(arg):
		return usage("the group's ID is not UTF-8: %q", arg)
	case len(arg) > event.MaxGroupIDBytes:
		return usage("the group's ID has %d bytes, and may have %d", len(arg), event.MaxGroupIDBytes)
	}
	return nil
}

// groupFor finds the IMGroup of an argument. For a group ID that has none, it is one of which nothing is known.
func (c *cluster) groupFor(ctx context.Context, app, arg string) (*imv1alpha1.IMGroup, error) {
	if name, found := groupName(arg); found {
		g := &imv1alpha1.IMGroup{}
		err := c.Get(ctx, client.ObjectKey{Namespace: c.namespace, Name: name}, g)
		if err == nil && g.Spec.AppRef.Name != app {
			err = usage("the IMGroup %s belongs to the IMApp %s", name, g.Spec.AppRef.Name)
		}
		return g, err
	}
	groups, err := c.groupsOf(ctx, app, arg)
	if len(groups) > 0 {
		return &groups[0], err
	}
	return &imv1alpha1.IMGroup{Spec: imv1alpha1.IMGroupSpec{GroupID: arg}}, err
}

// groupsOf are the IMGroups of one group.
func (c *cluster) groupsOf(ctx context.Context, app, groupID string) ([]imv1alpha1.IMGroup, error) {
	var list imv1alpha1.IMGroupList
	err := c.List(ctx, &list, client.InNamespace(c.namespace), client.MatchingFields{"spec.appRef.name": app, "spec.groupID": groupID})
	return list.Items, err
}
