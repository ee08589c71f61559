// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package history shows what an IMGroup knows of its past.
package history

import (
	"github.com/spf13/cobra"

	"github.com/imgroup-operator/imgroup-operator/internal/plugin/cli"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/complete"
)

const help = `Show what an IMGroup knows of its past, the newest last: when each value was set and how that was learned, the
clocks of the group (epoch: its newest beginning; alive: its newest sign of life; destroyed: its newest end), the
newest change, resyncs, and the Events that are still there.

There is no complete history: the IMGroup holds the newest state, Events are samples that the cluster forgets after an
hour or so. IMGROUP is its name, or the ID of its group.`

const example = `  kubectl imgroup history announcements -n im

  # When was the notification set?
  kubectl imgroup history announcements -o json | jq -r '.clocks[] | select(.field == "notification") | .time'`

// Command is the command history.
func Command(e *cli.Env) *cobra.Command {
	var format cli.Output
	c := &cobra.Command{
		Use:               "history IMGROUP",
		Short:             "Show a group's clocks and Events",
		Long:              help,
		Example:           example,
		Args:              cli.Arguments(cobra.ExactArgs(1)),
		ValidArgsFunction: complete.Names(e, complete.Groups, 1),
		RunE: func(c *cobra.Command, args []string) error {
			h, err := read(c.Context(), e, args[0])
			switch {
			case err != nil:
				return err
			case format.IsSet():
				return e.Print(format, h)
			}
			return printHistory(e, h)
		},
	}
	format.AddTo(c, "json or yaml, for programs")
	return c
}
