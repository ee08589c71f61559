// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package status shows on one screen how things are.
package status

import (
	"github.com/spf13/cobra"

	"github.com/imgroup-operator/imgroup-operator/internal/plugin/cli"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/operator"
)

const help = `Show on one screen how things are: the operator's Pods, the groups by state, and each IMApp with its newest change and
its newest resync. For what does not work and why, see check.

How many changes are pending and how far they lag are metrics of the operator.`

const example = `  kubectl imgroup status -n im
  kubectl imgroup status -A -o yaml`

// Command is the command status.
func Command(e *cli.Env) *cobra.Command {
	var format cli.Output
	var all bool
	namespace := operator.Namespace
	c := &cobra.Command{
		Use:               "status",
		Short:             "Show Pods, groups by state and IMApps on one screen",
		Long:              help,
		Example:           example,
		Args:              cli.Arguments(cobra.NoArgs),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(c *cobra.Command, _ []string) error {
			k, err := e.Connect()
			if err != nil {
				return err
			}
			s, err := read(c.Context(), e, k, k.Scope(all), namespace)
			switch {
			case err != nil:
				return err
			case format.IsSet():
				return e.Print(format, s)
			}
			return (&printer{Screen: e.Screen(), now: e.Now()}).print(s)
		},
	}
	c.Flags().BoolVarP(&all, "all-namespaces", "A", false, "all namespaces")
	c.Flags().StringVar(&namespace, "operator-namespace", namespace, "where the operator is")
	format.AddTo(c, "json or yaml, for programs")
	return c
}
