// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package send sends a test callback as Tencent Cloud Chat does, and explains the answer.
package send

import (
	"cmp"
	"context"

	"github.com/spf13/cobra"

	"github.com/imgroup-operator/imgroup-operator/internal/plugin/cli"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/complete"
)

const help = `Send a test callback of a group through the real endpoint, signed as Tencent does it, and explain the answer.

GROUP is the group's ID as Tencent sends it, such as @TGS#2J4SZEAEL, or imgroup/NAME. Without --name and the like no
text changes: it tests the way. With them the IMGroup takes the values, until the group's next change or a resync;
an empty value says that the text is empty.

The token is read from the Secret that the IMApp names, with your rights, or from --token-file; it is never printed.
The endpoint is the IMApp's own URL, or --url: the part before /callbacks is enough. If the URL cannot be reached from
here, forward a port to the operator and name that.`

const example = `  # Does a callback come through? Nothing is changed
  kubectl imgroup send chat @TGS#2J4SZEAEL

  # Change a text and wait until the IMGroup shows it
  kubectl imgroup send chat @TGS#2J4SZEAEL --notification '22:00 maintenance' --wait

  # From outside, by a forwarded port
  kubectl -n imgroup-system port-forward pod/imgroup-operator-0 8090 &
  kubectl imgroup send chat imgroup/announcements --name 公告 --url http://127.0.0.1:8090

  # The group was disbanded five minutes ago
  kubectl imgroup send chat @TGS#2J4SZEAEL --command destroyed --event-time -5m`

// Command is the command send.
func Command(e *cli.Env) *cobra.Command {
	o := &options{}
	c := &cobra.Command{
		Use:     "send IMAPP GROUP",
		Short:   "Send a signed test callback and explain the answer",
		Long:    help,
		Example: example,
		Args:    cli.Arguments(cobra.ExactArgs(2)),
		ValidArgsFunction: func(c *cobra.Command, args []string, typed string) ([]cobra.Completion, cobra.ShellCompDirective) {
			if len(args) == 1 {
				return complete.Names(e, complete.GroupIDs(args[0]), 2)(c, nil, typed)
			}
			return complete.Names(e, complete.Apps, 1)(c, args, typed)
		},
		RunE: func(c *cobra.Command, args []string) error {
			o.set = c.Flags().Changed
			if err := cmp.Or(cli.CheckTimeout(c, o.timeout), checkGroup(args[1])); err != nil {
				return err
			}
			return run(c.Context(), e, args[0], args[1], o)
		},
	}
	o.addTo(c)
	return c
}

func run(ctx context.Context, e *cli.Env, appArg, groupArg string, o *options) error {
	k, err := e.Connect()
	if err != nil {
		return err
	}
	app, err := k.App(ctx, appArg)
	if err != nil {
		return err
	}
	message, err := message(ctx, e, k, app, groupArg, o)
	if err != nil {
		return err
	}
	sender, from, err := sender(ctx, e, k, app, o)
	if err != nil {
		return err
	}
	t := &trial{Env: e, cluster: k, app: app, message: message, sender: sender, timeout: o.timeout, format: o.format}
	if o.format.IsSet() {
		return t.structured(ctx, o.wait)
	}
	return t.asText(ctx, from, o.wait)
}
