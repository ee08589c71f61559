// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package completion prints scripts for shells.
package completion

import (
	_ "embed"
	"io"

	"github.com/spf13/cobra"

	"github.com/imgroup-operator/imgroup-operator/internal/plugin/cli"
)

// kubectlScript lets kubectl complete the plugin.
//
//go:embed kubectl_complete-imgroup
var kubectlScript string

const help = `Print a script that completes commands, flags and the names of IMApps and IMGroups in a shell.

After kubectl, as in 'kubectl imgroup url <TAB>', kubectl itself does the completing: set up its own completion
('kubectl completion --help'), and put the script of 'kubectl imgroup completion kubectl' into the PATH as an
executable file with the name kubectl_complete-imgroup. For kubectl-imgroup as a command of its own, take the script
of your shell.`

const example = `  # kubectl imgroup <TAB>
  kubectl imgroup completion kubectl >~/.local/bin/kubectl_complete-imgroup && chmod +x ~/.local/bin/kubectl_complete-imgroup

  # kubectl-imgroup <TAB>, in this bash
  source <(kubectl imgroup completion bash)`

// Command is the command completion.
func Command(e *cli.Env) *cobra.Command {
	scripts := map[string]func(*cobra.Command, io.Writer) error{
		"bash":       func(c *cobra.Command, w io.Writer) error { return c.GenBashCompletionV2(w, true) },
		"zsh":        func(c *cobra.Command, w io.Writer) error { return c.GenZshCompletion(w) },
		"fish":       func(c *cobra.Command, w io.Writer) error { return c.GenFishCompletion(w, true) },
		"powershell": func(c *cobra.Command, w io.Writer) error { return c.GenPowerShellCompletionWithDesc(w) },
		"kubectl":    func(_ *cobra.Command, w io.Writer) error { _, err := io.WriteString(w, kubectlScript); return err },
	}
	return &cobra.Command{
		Use:       "completion {bash|zsh|fish|powershell|kubectl}",
		Short:     "Print a script that completes commands and names in a shell",
		Long:      help,
		Example:   example,
		ValidArgs: []cobra.Completion{"bash", "zsh", "fish", "powershell", "kubectl"},
		Args:      cli.Arguments(cobra.MatchAll(cobra.ExactArgs(1), cobra.OnlyValidArgs)),
		RunE: func(c *cobra.Command, args []string) error {
			root := c.Root()
			delete(root.Annotations, cobra.CommandDisplayNameAnnotation) // scripts are for the file's name
			return scripts[args[0]](root, e.Out)
		},
	}
}
