// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package cli

import (
	"github.com/spf13/cobra"

	"github.com/imgroup-operator/imgroup-operator/internal/plugin/exit"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/screen"
)

// Output is the value of --output; "" is for people.
type Output string

// For programs.
const (
	JSON Output = "json"
	YAML Output = "yaml"
)

// AddTo adds the flag to a command.
func (o *Output) AddTo(c *cobra.Command, what string) {
	c.Flags().VarP(o, "output", "o", what)
	_ = c.RegisterFlagCompletionFunc("output", cobra.FixedCompletions([]string{string(JSON), string(YAML)}, cobra.ShellCompDirectiveNoFileComp))
}

// Set is a part of pflag.Value.
func (o *Output) Set(s string) error {
	if format := Output(s); format != JSON && format != YAML && format != "" {
		return exit.Usage("%q is not an output format: json and yaml are", s)
	}
	*o = Output(s)
	return nil
}

// String is a part of pflag.Value.
func (o *Output) String() string { return string(*o) }

// Type is a part of pflag.Value.
func (o *Output) Type() string { return "format" }

// IsSet reports whether a program reads it.
func (o *Output) IsSet() bool { return *o != "" }

// Text is a value as a whole.
func (o *Output) Text(v any) ([]byte, error) {
	if *o == YAML {
		return screen.YAML(v)
	}
	return screen.JSON(v, "  ")
}

// Item is one value of a stream.
func (o *Output) Item(v any) ([]byte, error) {
	if *o == YAML {
		text, err := screen.YAML(v)
		return append([]byte("---\n"), text...), err
	}
	return screen.JSON(v, "")
}

// Print prints a value for a program.
func (e *Env) Print(format Output, v any) error {
	text, err := format.Text(v)
	if err != nil {
		return err
	}
	_, err = e.Out.Write(text)
	return err
}
