// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"time"

	"github.com/spf13/cobra"

	"github.com/imgroup-operator/imgroup-operator/internal/plugin/exit"
)

// Arguments wraps a check of cobra's, so that what it finds counts as wrong usage.
func Arguments(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if err := check(c, args); err != nil {
			return exit.Usage("%w; see '%s --help'", err, c.CommandPath())
		}
		return nil
	}
}

// CheckTimeout refuses a --timeout in which nothing can come true.
func CheckTimeout(c *cobra.Command, timeout time.Duration) error {
	if c.Flags().Changed("timeout") && timeout <= 0 {
		return exit.Usage("--timeout %s is not more than nothing", timeout)
	}
	return nil
}
