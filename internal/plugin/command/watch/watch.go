// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package watch shows changes of IMGroups as they come.
package watch

import (
	"context"
	"errors"
	"io"

	"github.com/spf13/cobra"

	"github.com/imgroup-operator/imgroup-operator/internal/plugin/changes"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/cli"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/cluster"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/complete"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/exit"
)

const help = `Show changes of IMGroups as they come, one line each: when the change was made, in which IMGroup, what was
changed, by whom, how long ago, and the old and the new value. Ctrl-C ends it.

"-" is a value that is not known, "" one that is known to be empty. Nobody is named where Tencent names nobody, where a
resync found the change, and where a newer change came with it. Changes that come together may be shown as one: the
IMGroup holds the newest state, not each step to it. If the API server goes away, what changed meanwhile is shown when
it is back. An IMGroup that does not exist yet is waited for.

On a terminal lines are cut to its width, and below 80 columns the values have a line of their own and the age is left
out; in a pipe nothing is cut, and the times are whole. With -o json each line is one object, with -o yaml
each document.`

const example = `  # All namespaces
  kubectl imgroup watch -A

  # Two IMGroups of the namespace im
  kubectl imgroup watch announcements support -n im

  # New notifications, for a script
  kubectl imgroup watch -A -o json | jq -r 'select(.field == "notification") | .new'`

// options are the flags of watch.
type options struct {
	all    bool
	format cli.Output
}

// Command is the command watch.
func Command(e *cli.Env) *cobra.Command {
	o := &options{}
	c := &cobra.Command{
		Use:               "watch [IMGROUP...]",
		Short:             "Show changes of groups as they come",
		Long:              help,
		Example:           example,
		ValidArgsFunction: complete.Names(e, complete.Groups, 0),
		RunE: func(c *cobra.Command, args []string) error {
			return run(c.Context(), e, args, o)
		},
	}
	c.Flags().BoolVarP(&o.all, "all-namespaces", "A", false, "all namespaces")
	o.format.AddTo(c, "json: one object a line; yaml: one document each")
	return c
}

func run(ctx context.Context, e *cli.Env, args []string, o *options) error {
	if o.all && len(args) > 0 {
		return exit.Usage("an IMGroup's name and --all-namespaces do not go together")
	}
	names := make([]string, len(args))
	for i, arg := range args {
		var err error
		if names[i], err = cluster.NameOf(arg, cluster.KindGroup); err != nil {
			return err
		}
	}
	k, err := e.Connect()
	if err != nil {
		return err
	}
	f := &follower{Env: e, cluster: k, namespace: k.Scope(o.all), names: names, show: shower(e, o)}
	err = f.run(ctx)
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return nil // Ctrl-C is how a watch ends
	}
	return err
}

// shower prints changes in the format that was asked for.
func shower(e *cli.Env, o *options) func([]changes.Change) error {
	if o.format.IsSet() {
		return func(all []changes.Change) error { return showEach(e.Out, o.format, all) }
	}
	t := &changeTable{screen: e.Screen(), namespaces: o.all, now: e.Now}
	return t.show
}

// showEach writes an object a line, or a document each.
func showEach(out io.Writer, format cli.Output, all []changes.Change) error {
	for i := range all {
		text, err := format.Item(&all[i])
		if err != nil {
			return err
		}
		if _, err := out.Write(text); err != nil {
			return err
		}
	}
	return nil
}
