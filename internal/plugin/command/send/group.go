// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package send

import (
	"context"
	"unicode/utf8"

	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/event"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/cluster"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/exit"
)

// checkGroup refuses an argument of which no IMGroup could come. JSON has no room for bytes that are not UTF-8: they
// would become another ID.
func checkGroup(arg string) error {
	name, found := cluster.GroupName(arg)
	switch {
	case found && name == "":
		return exit.Usage("%q is not imgroup/NAME", arg)
	case found:
		return nil
	case arg == "":
		return exit.Usage("the group's ID is empty")
	case !utf8.ValidString(arg):
		return exit.Usage("the group's ID is not UTF-8: %q", arg)
	case len(arg) > event.MaxGroupIDBytes:
		return exit.Usage("the group's ID has %d bytes, and may have %d", len(arg), event.MaxGroupIDBytes)
	}
	return nil
}

// groupFor finds the IMGroup of an argument. For a group ID that has none, it is one of which nothing is known.
func groupFor(ctx context.Context, k *cluster.Cluster, app, arg string) (*imv1alpha1.IMGroup, error) {
	if name, found := cluster.GroupName(arg); found {
		g := &imv1alpha1.IMGroup{}
		err := k.Get(ctx, client.ObjectKey{Namespace: k.Namespace, Name: name}, g)
		if err == nil && g.Spec.AppRef.Name != app {
			err = exit.Usage("the IMGroup %s belongs to the IMApp %s", name, g.Spec.AppRef.Name)
		}
		return g, err
	}
	groups, err := k.GroupsOf(ctx, app, arg)
	if len(groups) > 0 {
		return &groups[0], err
	}
	return &imv1alpha1.IMGroup{Spec: imv1alpha1.IMGroupSpec{GroupID: arg}}, err
}
