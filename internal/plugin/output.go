// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package plugin

import (
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/imgroup-operator/imgroup-operator/internal/plugin/screen"
)

// output is the value of --output.
type output string

const outputJSON output = "json"

func (o *output) addTo(c *cobra.Command, what string) {
	c.Flags().VarP(o, "output", "o", what)
	_ = c.RegisterFlagCompletionFunc("output", cobra.FixedCompletions([]string{string(outputJSON)}, cobra.ShellCompDirectiveNoFileComp))
}

// Set is a part of pflag.Value.
func (o *output) Set(s string) error {
	if output(s) != outputJSON && s != "" {
		return usage("%q is not an output format: json is the only one", s)
	}
	*o = output(s)
	return nil
}

// String is a part of pflag.Value.
func (o *output) String() string { return string(*o) }

// Type is a part of pflag.Value.
func (o *output) Type() string { return "format" }

// printJSON prints a value, with indents.
func (p *plugin) printJSON(v any) error {
	text, err := screen.JSON(v, "  ")
	if err != nil {
		return err
	}
	_, err = p.Out.Write(text)
	return err
}

func hiddenFlags(flags *pflag.FlagSet) (names []string) {
	flags.VisitAll(func(f *pflag.Flag) {
		if !customary[f.Name] {
			names = append(names, f.Name)
		}
	})
	return names
}
