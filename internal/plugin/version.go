// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package plugin

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"
)

// versions is the answer of version.
type versions struct {
	Version  string `json:"version"`
	Go       string `json:"go"`
	Platform string `json:"platform"`
}

func (p *plugin) versionCommand() *cobra.Command {
	var format output
	c := &cobra.Command{
		Use:               "version",
		Short:             "Print the version of the plugin",
		Example:           "  kubectl imgroup version\n  kubectl imgroup version -o json",
		Args:              arguments(cobra.NoArgs),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: func(*cobra.Command, []string) error {
			v := versions{Version: p.version, Go: runtime.Version(), Platform: runtime.GOOS + "/" + runtime.GOARCH}
			if format == outputJSON {
				return p.printJSON(v)
			}
			_, err := fmt.Fprintf(p.Out, "kubectl-imgroup %s (%s, %s)\n", v.Version, v.Go, v.Platform)
			return err
		},
	}
	format.addTo(c, "json for programs")
	return c
}
