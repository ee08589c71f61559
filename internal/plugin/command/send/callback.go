// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package send

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/callback"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/cli"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/cluster"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/exit"
)

// futureTolerance is how far ahead an event time may be.
const futureTolerance = 5 * time.Minute

// message is what the flags say.
func message(ctx context.Context, e *cli.Env, k *cluster.Cluster, app *imv1alpha1.IMApp, groupArg string, o *options) (*callback.Callback, error) {
	c := &callback.Callback{Command: commands[o.command], Operator: o.operator, Platform: o.platform}
	if c.Command == "" {
		return nil, exit.Usage("--command %q is not changed, created, destroyed or owner", o.command)
	}
	if err := o.fill(c); err != nil {
		return nil, err
	}
	var err error
	if c.EventTime, err = parseTime(o.eventTime, e.Now()); err != nil {
		return nil, err
	}
	if ahead := c.EventTime.After(e.Now().Add(futureTolerance)); ahead && o.wait {
		return nil, exit.Usage("--wait: an event time more than %s ahead is taken as the time of receipt; leave --event-time out", futureTolerance)
	} else if ahead {
		e.Note("The event time is more than %s ahead: the operator takes the time of receipt in its place.", futureTolerance)
	}
	known, err := groupFor(ctx, k, app.Name, groupArg)
	if err != nil {
		return nil, err
	}
	c.GroupID, c.Type = known.Spec.GroupID, o.groupType
	if c.Type == "" && known.Status.Type != nil {
		c.Type = *known.Status.Type
	}
	c.Type = cmp.Or(c.Type, "Public")
	return c, nil
}

// fill sets what was given. A command that does not carry a value is told so.
func (o *options) fill(c *callback.Callback) error {
	carries := map[string][]string{
		callback.InfoChanged:  {"name", "introduction", "notification", "face-url", "custom"},
		callback.Created:      {"name", "owner", "custom"},
		callback.OwnerChanged: {"owner"},
	}[c.Command]
	for flag, to := range map[string]struct {
		from *string
		to   **string
	}{"name": {&o.name, &c.Texts.Name}, "introduction": {&o.introduction, &c.Texts.Introduction}, "owner": {&o.owner, &c.Owner},
		"notification": {&o.notification, &c.Texts.Notification}, "face-url": {&o.faceURL, &c.Texts.FaceURL}} {
		if o.set(flag) {
			*to.to = to.from
		}
	}
	for _, flag := range []string{"name", "introduction", "notification", "face-url", "owner", "custom"} {
		if o.set(flag) && !slices.Contains(carries, flag) {
			return exit.Usage("a callback of --command %s does not carry --%s", o.command, flag)
		}
	}
	if c.Command == callback.OwnerChanged && c.Owner == nil {
		return exit.Usage("--command owner needs --owner")
	}
	for _, pair := range o.custom {
		key, value, found := strings.Cut(pair, "=")
		if !found || key == "" {
			return exit.Usage("--custom %q is not KEY=VALUE", pair)
		}
		c.Custom = append(c.Custom, callback.CustomField{Key: key, Value: value})
	}
	return nil
}
