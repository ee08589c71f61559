// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package watch

import (
	"context"

	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/changes"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/cli"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/cluster"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/follow"
)

// follower shows what changes. It is told of each change, and that waits until the change is shown: a reader that stands
// still fills no memory. After a lost connection it gets all, and what differs is shown, once.
type follower struct {
	*cli.Env
	cluster   *cluster.Cluster
	namespace string // "": all
	names     []string
	show      func([]changes.Change) error
	shown     states

	end context.CancelCauseFunc
}

// run returns when the context ends, or with the error that makes it useless to go on.
func (f *follower) run(ctx context.Context) error {
	ctx, f.end = context.WithCancelCause(ctx)
	defer f.end(nil)
	groups := &follow.Follower{Cluster: f.cluster, Kind: &imv1alpha1.IMGroup{}, List: func() client.ObjectList { return &imv1alpha1.IMGroupList{} },
		Namespace: f.namespace, Now: f.Now,
		Away: func(why error) { f.Note("The API server is away (%v); trying again.", why) },
		Back: func() { f.Note("The API server is back.") }}
	if len(f.names) == 1 {
		groups.Name = f.names[0]
	}
	return groups.Run(ctx, f)
}
