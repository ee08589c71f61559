// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package check looks for what keeps callbacks from arriving.
package check

import (
	"context"

	"github.com/spf13/cobra"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/cli"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/cluster"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/complete"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/exit"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/operator"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/screen"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/words"
)

const help = `Look for what keeps callbacks from arriving: the CRDs and whether they fit the plugin, the operator's Pods and version,
the clock of this machine, and of each IMApp its condition Ready, its Secrets, its newest resync, and its public URL:
name, certificate, and a probe that the operator must refuse, so that nothing is changed. What you may not read is unknown.

The exit code is 3 if something failed.`

const example = `  kubectl imgroup check -n im
  kubectl imgroup check chat -n im -o yaml
  kubectl imgroup check -A --no-url`

// options are the flags.
type options struct {
	all, noURL bool
	namespace  string
	format     cli.Output
}

// Command is the command check.
func Command(e *cli.Env) *cobra.Command {
	o := &options{}
	c := &cobra.Command{
		Use:               "check [IMAPP]",
		Short:             "Look for what keeps callbacks from arriving",
		Long:              help,
		Example:           example,
		Args:              cli.Arguments(cobra.MaximumNArgs(1)),
		ValidArgsFunction: complete.Names(e, complete.Apps, 1),
		RunE: func(c *cobra.Command, args []string) error {
			if o.all && len(args) > 0 {
				return exit.Usage("an IMApp's name and --all-namespaces do not go together")
			}
			return run(c.Context(), e, args, o)
		},
	}
	c.Flags().BoolVarP(&o.all, "all-namespaces", "A", false, "all namespaces")
	c.Flags().BoolVar(&o.noURL, "no-url", false, "send nothing to the public URLs")
	c.Flags().StringVar(&o.namespace, "operator-namespace", operator.Namespace, "where the operator is")
	o.format.AddTo(c, "json or yaml: a list, at the end")
	return c
}

func run(ctx context.Context, e *cli.Env, args []string, o *options) error {
	k, err := e.Connect()
	if err != nil {
		return err
	}
	apps, err := read(ctx, k, args, o.all)
	if err != nil {
		return err
	}
	all := append(crds(ctx, k), pods(ctx, k, o.namespace, e.Version)...)
	all = append(all, clock(ctx, k, e.Now))
	for i := range apps {
		app := &apps[i]
		all = append(append(append(all, ready(app)), secrets(ctx, k, app)...), resynced(app)...)
		if !o.noURL && !app.Spec.Suspend {
			all = append(all, (&prober{now: e.Now}).endpoint(ctx, app)...)
		}
	}
	if ctx.Err() != nil {
		return exit.ErrInterrupted
	}
	return show(e, all, o.format)
}

// read reads one IMApp or all of the scope.
func read(ctx context.Context, k *cluster.Cluster, args []string, all bool) ([]imv1alpha1.IMApp, error) {
	if len(args) > 0 {
		app, err := k.App(ctx, args[0])
		if err != nil {
			return nil, err
		}
		return []imv1alpha1.IMApp{*app}, nil
	}
	var apps imv1alpha1.IMAppList
	err := k.List(ctx, &apps, client.InNamespace(k.Scope(all)))
	return apps.Items, err
}

func show(e *cli.Env, all []finding, format cli.Output) error {
	n := failed(all)
	if format.IsSet() {
		if err := e.Print(format, all); err != nil {
			return err
		}
	} else if err := table(e.Screen(), all); err != nil {
		return err
	}
	if n > 0 {
		return exit.Refused("%s failed", words.Count(n, "check"))
	}
	return nil
}

func table(s screen.Screen, all []finding) error {
	rows := make([][]string, 0, len(all))
	for _, f := range all {
		rows = append(rows, []string{f.Result, f.Check, f.Of, f.Message})
	}
	return s.Notes([]string{"RESULT", "CHECK", "OF", "WHY"}, rows)
}
