// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package suspend turns the callbacks of IMApps off and on.
package suspend

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/imgroup-operator/imgroup-operator/internal/plugin/cli"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/complete"
)

const suspendHelp = `Set spec.suspend of IMApps and wait until the operator acts on it. Callbacks are answered with 404 then, which Tencent
does not repeat, and nothing is written into the IMGroups, which stay.`

const resumeHelp = `Clear spec.suspend of IMApps and wait until the operator acts on it. Callbacks are accepted again. What happened
meanwhile is fetched by a resync, which starts by itself where the IMApp has spec.rest.`

// options are the flags of both commands.
type options struct {
	noWait  bool
	timeout time.Duration
	format  cli.Output
}

// Suspend is the command suspend.
func Suspend(e *cli.Env) *cobra.Command {
	return command(e, true, &cobra.Command{
		Use:     "suspend IMAPP...",
		Short:   "Refuse the callbacks of IMApps",
		Long:    suspendHelp,
		Example: "  kubectl imgroup suspend chat\n  kubectl imgroup suspend chat games -n im --no-wait",
	})
}

// Resume is the command resume.
func Resume(e *cli.Env) *cobra.Command {
	return command(e, false, &cobra.Command{
		Use:     "resume IMAPP...",
		Short:   "Accept the callbacks of IMApps again",
		Long:    resumeHelp,
		Example: "  kubectl imgroup resume chat\n  kubectl imgroup resume chat games -n im --no-wait",
	})
}

func command(e *cli.Env, suspend bool, c *cobra.Command) *cobra.Command {
	o := &options{}
	c.Args = cli.Arguments(cobra.MinimumNArgs(1))
	c.ValidArgsFunction = complete.Names(e, complete.Apps, 0)
	c.RunE = func(c *cobra.Command, args []string) error {
		if err := cli.CheckTimeout(c, o.timeout); err != nil {
			return err
		}
		k, err := e.Connect()
		if err != nil {
			return err
		}
		return (&changer{Env: e, cluster: k, suspend: suspend, options: o}).run(c.Context(), args)
	}
	c.Flags().BoolVar(&o.noWait, "no-wait", false, "only set it")
	c.Flags().DurationVar(&o.timeout, "timeout", 30*time.Second, "how long to wait for the operator")
	o.format.AddTo(c, "json or yaml: a list, at the end")
	return c
}
