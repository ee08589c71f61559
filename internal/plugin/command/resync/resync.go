// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package resync asks for resyncs and shows how they go.
package resync

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/imgroup-operator/imgroup-operator/internal/plugin/cli"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/cluster"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/complete"
)

const help = `Ask the operator to fetch from Tencent what callbacks did not tell, and wait until it is done: of all groups of an
IMApp, or of one group alone. The IMApp needs spec.rest.

The end of a full resync is told by the IMApp. Nothing tells the end for a single group but the group itself: what is
new is shown, and if nothing is after the timeout, then Tencent says what is known already.`

const example = `  # All groups of an IMApp, with a bar
  kubectl imgroup resync chat

  # One group
  kubectl imgroup resync imgroup/announcements -n im

  # Only ask
  kubectl imgroup resync chat --no-wait`

// Command is the command resync.
func Command(e *cli.Env) *cobra.Command {
	o := &options{}
	c := &cobra.Command{
		Use:               "resync {IMAPP|imgroup/NAME}",
		Short:             "Ask for a resync and show its progress",
		Long:              help,
		Example:           example,
		Args:              cli.Arguments(cobra.ExactArgs(1)),
		ValidArgsFunction: complete.Names(e, complete.Both, 1),
		RunE: func(c *cobra.Command, args []string) error {
			if err := cli.CheckTimeout(c, o.timeout); err != nil {
				return err
			}
			return run(c.Context(), e, args[0], o)
		},
	}
	c.Flags().BoolVar(&o.wait, "wait", true, "wait for the end")
	c.Flags().BoolVar(&o.noWait, "no-wait", false, "only ask; the same as --wait=false")
	c.Flags().DurationVar(&o.timeout, "timeout", 0, fmt.Sprintf("how long to wait (default: %s, for one group %s)", appTimeout, groupTimeout))
	o.format.AddTo(c, "json or yaml: one object, at the end")
	return c
}

func run(ctx context.Context, e *cli.Env, arg string, o *options) error {
	kind, name, err := cluster.ParseName(arg, cluster.KindApp)
	if err != nil {
		return err
	}
	k, err := e.Connect()
	if err != nil {
		return err
	}
	o.wait = o.wait && !o.noWait
	a := &asker{Env: e, cluster: k, options: o}
	if kind == cluster.KindGroup {
		return a.group(ctx, name)
	}
	return a.app(ctx, name)
}
