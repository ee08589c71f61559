// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package url shows what to paste into the Chat console.
package url

import (
	"context"

	"github.com/spf13/cobra"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/cli"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/complete"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/exit"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/words"
)

const help = `Show what to paste into the callback settings of the Chat console, whether the callbacks must be signed, and
whether the operator is ready for them.

Without a name all IMApps of the namespace are shown, in a table if there are several.`

const example = `  # The only IMApp of the namespace, or a table of all
  kubectl imgroup url

  # One IMApp
  kubectl imgroup url chat -n im

  # The URL alone, for a script
  kubectl imgroup url chat -o json | jq -r .url`

// Command is the command url.
func Command(e *cli.Env) *cobra.Command {
	var format cli.Output
	var all bool
	c := &cobra.Command{
		Use:               "url [IMAPP]",
		Short:             "Show what to paste into the Chat console",
		Long:              help,
		Example:           example,
		Args:              cli.Arguments(cobra.MaximumNArgs(1)),
		ValidArgsFunction: complete.Names(e, complete.Apps, 1),
		RunE: func(c *cobra.Command, args []string) error {
			if all && len(args) > 0 {
				return exit.Usage("an IMApp's name and --all-namespaces do not go together")
			}
			return run(c.Context(), e, args, all, format)
		},
	}
	c.Flags().BoolVarP(&all, "all-namespaces", "A", false, "all namespaces")
	format.AddTo(c, "json or yaml: an object for one name, else a list")
	return c
}

func run(ctx context.Context, e *cli.Env, args []string, all bool, format cli.Output) error {
	k, err := e.Connect()
	if err != nil {
		return err
	}
	if len(args) > 0 {
		app, err := k.App(ctx, args[0])
		if err != nil {
			return err
		}
		if format.IsSet() {
			return e.Print(format, endpointOf(app))
		}
		return printEndpoint(e.Screen(), endpointOf(app))
	}
	var apps imv1alpha1.IMAppList
	if err := k.List(ctx, &apps, client.InNamespace(k.Scope(all))); err != nil {
		return err
	}
	return printEndpoints(e, apps.Items, format, k.Scope(all))
}

func printEndpoints(e *cli.Env, apps []imv1alpha1.IMApp, format cli.Output, namespace string) error {
	all := make([]endpoint, 0, len(apps))
	for i := range apps {
		all = append(all, endpointOf(&apps[i]))
	}
	switch {
	case format.IsSet():
		return e.Print(format, all)
	case len(all) == 0:
		e.Note("No IMApps found%s.", words.InNamespace(namespace))
		return nil
	case len(all) == 1:
		return printEndpoint(e.Screen(), all[0])
	}
	rows := make([][]string, 0, len(all))
	for _, a := range all {
		rows = append(rows, []string{a.Namespace, a.Name, words.YesNo(a.Signed), a.readyWord(), a.urlText()[0]})
	}
	return e.Screen().Whole().Table([]string{"NAMESPACE", "IMAPP", "SIGNED", "READY", "URL"}, rows)
}
