// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"github.com/spf13/cobra"

	"github.com/imgroup-operator/imgroup-operator/internal/plugin/exit"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/screen"
)

// Output is the value of --output.
type Output string

// JSON is for programs.
const JSON Output = "json"

// AddTo adds the flag to a command.
func (o *Output) AddTo(c *cobra.Command, what string) {
	c.Flags().VarP(o, "output", "o", what)
	_ = c.RegisterFlagCompletionFunc("output", cobra.FixedCompletions([]string{string(JSON)}, cobra.ShellCompDirectiveNoFileComp))
}

// Set is a part of pflag.Value.
func (o *Output) Set(s string) error {
	if Output(s) != JSON && s != "" {
		return exit.Usage("%q is not an output format: json is the only one", s)
	}
	*o = Output(s)
	return nil
}

// String is a part of pflag.Value.
func (o *Output) String() string { return string(*o) }

// Type is a part of pflag.Value.
func (o *Output) Type() string { return "format" }

// PrintJSON prints a value, with indents.
func (e *Env) PrintJSON(v any) error {
	text, err := screen.JSON(v, "  ")
	if err != nil {
		return err
	}
	_, err = e.Out.Write(text)
	return err
}
