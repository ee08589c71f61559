// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package plugin

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/callback"
)

// futureTolerance is how far ahead an event time may be.
const futureTolerance = 5 * time.Minute

// callback is what the flags say.
func (p *plugin) callback(ctx context.Context, k *cluster, app *imv1alpha1.IMApp, groupArg string, o *sendOptions) (*callback.Callback, error) {
	c := &callback.Callback{Command: commands[o.command], Operator: o.operator, Platform: o.platform}
	if c.Command == "" {
		return nil, usage("--command %q is not changed, created, destroyed or owner", o.command)
	}
	if err := o.fill(c); err != nil {
		return nil, err
	}
	var err error
	if c.EventTime, err = parseTime(o.eventTime, p.now()); err != nil {
		return nil, err
	}
	if o.wait && c.EventTime.After(p.now().Add(futureTolerance)) {
		return nil, usage("--wait: an event time more than %s ahead is taken as the time of receipt; leave --event-time out", futureTolerance)
	}
	known, err := k.groupFor(ctx, app.Name, groupArg)
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
func (o *sendOptions) fill(c *callback.Callback) error {
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
			return usage("a callback of --command %s does not carry --%s", o.command, flag)
		}
	}
	if c.Command == callback.OwnerChanged && c.Owner == nil {
		return usage("--command owner needs --owner")
	}
	for _, pair := range o.custom {
		key, value, found := strings.Cut(pair, "=")
		if !found || key == "" {
			return usage("--custom %q is not KEY=VALUE", pair)
		}
		c.Custom = append(c.Custom, callback.CustomField{Key: key, Value: value})
	}
	return nil
}

// parseTime reads a time in one of three ways.
func parseTime(s string, now time.Time) (time.Time, error) {
	if s == "" {
		return now.Truncate(time.Millisecond), nil
	}
	if ms, err := strconv.ParseInt(s, 10, 64); err == nil && ms > 0 {
		return time.UnixMilli(ms), nil
	}
	if d, err := time.ParseDuration(s); err == nil {
		return now.Add(d).Truncate(time.Millisecond), nil
	}
	if t, err := time.Parse(time.RFC3339, s); err == nil && t.UnixMilli() > 0 {
		return t.Truncate(time.Millisecond), nil
	}
	return time.Time{}, usage("--event-time %q is not a time like 2026-11-23T06:27:25.123Z, milliseconds since 1970, or from now like -5m", s)
}
