// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package plugin

import (
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/imgroup-operator/imgroup-operator/internal/plugin/cli"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/command/check"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/command/completion"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/command/history"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/command/report"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/command/resync"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/command/send"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/command/status"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/command/suspend"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/command/ui"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/command/url"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/command/version"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/command/watch"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/exit"
)

const help = `Watch and test the groups of Tencent Cloud Chat that imgroup-operator keeps as IMGroups.

Exit codes: 0 done; 1 an error, such as an object that does not exist or missing rights; 2 a wrong command line;
3 the operator or Tencent refused; 4 timed out; 130 interrupted while waiting.

NO_COLOR in the environment turns colours off; in a pipe there are none.`

func root(e *cli.Env) *cobra.Command {
	root := &cobra.Command{
		Use:           "kubectl-imgroup",
		Short:         "Watch and test the groups of Tencent Cloud Chat",
		Long:          help,
		Annotations:   map[string]string{cobra.CommandDisplayNameAnnotation: "kubectl imgroup"},
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          noSuchCommand,
		RunE:          func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	addFlags(e, root)
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return exit.Usage("%w; see '%s --help'", err, c.CommandPath())
	})
	root.CompletionOptions.DisableDefaultCmd = true
	root.AddCommand(url.Command(e), send.Command(e), watch.Command(e), ui.Command(e), history.Command(e), resync.Command(e),
		check.Command(e), report.Command(e), status.Command(e), suspend.Suspend(e), suspend.Resume(e), completion.Command(e), version.Command(e))
	return root
}

func noSuchCommand(c *cobra.Command, args []string) error {
	if len(args) > 0 {
		return exit.Usage("there is no command %q; see '%s --help'", args[0], c.CommandPath())
	}
	return nil
}

// customary are the flags of kubectl that help shows; the others work as well.
var customary = map[string]bool{"kubeconfig": true, "context": true, "namespace": true}

func addFlags(e *cli.Env, root *cobra.Command) {
	flags := root.PersistentFlags()
	e.Flags.AddFlags(flags)
	flags.VisitAll(func(f *pflag.Flag) { f.Hidden = !customary[f.Name] })
	_ = root.RegisterFlagCompletionFunc("namespace", cobra.NoFileCompletions)
	root.SetUsageTemplate(strings.Replace(root.UsageTemplate(), "Global Flags:", "Flags of kubectl (the others, such as --as and --user, work too):", 1))
}
