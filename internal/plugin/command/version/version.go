// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package version prints the version of the plugin.
package version

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/imgroup-operator/imgroup-operator/internal/plugin/cli"
)

// versions is the answer of version.
type versions struct {
	Version  string `json:"version"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

// Command is the command version.
func Command(e *cli.Env) *cobra.Command {
	var format cli.Output
	c := &cobra.Command{
		Use:               "version",
		Short:             "Print the version of the plugin",
		Example:           "  kubectl imgroup version\n  kubectl imgroup version -o json",
		Args:              cli.Arguments(cobra.NoArgs),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(*cobra.Command, []string) error {
			v := versions{Version: e.Version, Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
			if format.IsSet() {
				return e.Print(format, v)
			}
			_, err := fmt.Fprintf(e.Out, "kubectl-imgroup %s (%s, %s)\n", v.Version, v.Go, v.Platform)
			return err
		},
	}
	format.AddTo(c, "json or yaml, for programs")
	return c
}
