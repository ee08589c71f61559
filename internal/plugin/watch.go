// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package plugin

import (
	"context"
	"errors"
	"slices"

	"github.com/spf13/cobra"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/changes"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/screen"
)

const watchHelp = `Show changes of IMGroups as they come, one line each: when the change was made, in which IMGroup, what was
changed, by whom, how long ago, and the old and the new value. Ctrl-C ends it.

"-" is a value that is not known, "" one that is known to be empty. Nobody is named where Tencent names nobody, where a
resync found the change, and where a newer change came with it. Changes that come together may be shown as one: the
IMGroup holds the newest state, not each step to it. If the API server goes away, what changed meanwhile is shown when
it is back. An IMGroup that does not exist yet is waited for.

On a terminal lines are cut to its width, and below 80 columns the values have a line of their own and the age is left
out; in a pipe nothing is cut, and the times are whole. With -o json each line is one object.`

const watchExample = `  # All namespaces
  kubectl imgroup watch -A

  # Two IMGroups of the namespace im
  kubectl imgroup watch announcements support -n im

  # New notifications, for a script
  kubectl imgroup watch -A -o json | jq -r 'select(.field == "notification") | .new'`

// watchOptions are the flags of watch.
type watchOptions struct {
	all    bool
	format output
}

func (p *plugin) watchCommand() *cobra.Command {
	o := &watchOptions{}
	c := &cobra.Command{
		Use:               "watch [IMGROUP...]",
		Short:             "Show changes of groups as they come",
		Long:              watchHelp,
		Example:           watchExample,
		ValidArgsFunction: p.names(groupNames, 0),
		RunE: func(c *cobra.Command, args []string) error {
			return p.watch(c.Context(), args, o)
		},
	}
	c.Flags().BoolVarP(&o.all, "all-namespaces", "A", false, "all namespaces")
	o.format.addTo(c, "json: one object a line")
	return c
}

func (p *plugin) watch(ctx context.Context, args []string, o *watchOptions) error {
	if o.all && len(args) > 0 {
		return usage("an IMGroup's name and --all-namespaces do not go together")
	}
	names := make([]string, len(args))
	for i, arg := range args {
		var err error
		if names[i], err = nameOf(arg, kindGroup); err != nil {
			return err
		}
	}
	k, err := p.connect()
	if err != nil {
		return err
	}
	f := &follower{plugin: p, cluster: k, namespace: k.scope(o.all), names: names, show: p.shower(o)}
	err = f.run(ctx)
	if ctx.Err() != nil && errors.Is(err, context.Canceled) {
		return nil // Ctrl-C is how a watch ends
	}
	return err
}

// shower prints changes in the format that was asked for.
func (p *plugin) shower(o *watchOptions) func([]changes.Change) error {
	if o.format == outputJSON {
		return p.showJSON
	}
	t := &changeTable{screen: p.screen(), namespaces: o.all, now: p.now}
	return t.show
}

func (p *plugin) showJSON(all []changes.Change) error {
	for i := range all {
		line, err := screen.JSON(&all[i], "")
		if err != nil {
			return err
		}
		if _, err := p.Out.Write(line); err != nil {
			return err
		}
	}
	return nil
}

// wants tells whether an IMGroup is watched.
func (f *follower) wants(g *imv1alpha1.IMGroup) bool {
	return len(f.names) == 0 || slices.Contains(f.names, g.Name)
}
