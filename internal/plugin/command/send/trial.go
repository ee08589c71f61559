// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package send

import (
	"context"
	"time"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/callback"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/cli"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/cluster"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/exit"
)

// shownEvery is how often it is looked whether an IMGroup shows a change.
const shownEvery = 200 * time.Millisecond

// trial is one callback on its way.
type trial struct {
	*cli.Env

	cluster *cluster.Cluster
	app     *imv1alpha1.IMApp
	message *callback.Callback
	sender  *callback.Sender
	timeout time.Duration
	format  cli.Output
}

func refusal(a callback.Answer) error {
	if a.OK() {
		return nil
	}
	return exit.Refused("the callback was refused with HTTP %d", a.HTTPStatus)
}

// awaitShown waits until every IMGroup of the group has taken the callback, and returns them as they are then.
func (t *trial) awaitShown(ctx context.Context) (groups []imv1alpha1.IMGroup, err error) {
	err = t.Await(ctx, shownEvery, t.timeout, func(ctx context.Context) (done bool, err error) {
		if groups, err = t.cluster.GroupsOf(ctx, t.app.Name, t.message.GroupID); err != nil || len(groups) == 0 {
			return false, err
		}
		for i := range groups {
			if !taken(&groups[i], t.message) {
				return false, nil
			}
		}
		return true, nil
	})
	switch {
	case cli.IsLate(err) && len(groups) == 0:
		return nil, exit.TimedOut("after %s there is no IMGroup for the group: does spec.groups of the IMApp want one (creationPolicy, types, maxCount)?", t.timeout)
	case cli.IsLate(err):
		return nil, exit.TimedOut("after %s the IMGroup %s does not show it: the event time may be older than the newest resync, or the operator cannot write; its log tells", t.timeout, groups[0].Name)
	case err != nil:
		return nil, err
	}
	return groups, nil
}
