// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package report writes a support bundle that quotes nobody.
package report

import (
	"bytes"
	"context"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/imgroup-operator/imgroup-operator/internal/plugin/cli"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/exit"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/operator"
)

const help = `Write what helps to find a fault into a file, and list what is in it: IMApps, IMGroups, the operator's Pods and logs. Only
what is known to be harmless goes into it: no text of chat users, no ID of a user, a group or an application, no name of
an IMGroup, no message, no value of a Secret, and of logs the values of a few keys. Look at it before you pass it on.

Metrics are not in it.`

const example = `  kubectl imgroup report -A
  kubectl imgroup report -n im --file im.tar.gz`

// options are the flags.
type options struct {
	all             bool
	file, namespace string
}

// Command is the command report.
func Command(e *cli.Env) *cobra.Command {
	o := &options{}
	c := &cobra.Command{
		Use:               "report",
		Short:             "Write a support bundle that quotes nobody",
		Long:              help,
		Example:           example,
		Args:              cli.Arguments(cobra.NoArgs),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE:              func(c *cobra.Command, _ []string) error { return run(c.Context(), e, o) },
	}
	c.Flags().BoolVarP(&o.all, "all-namespaces", "A", false, "all namespaces")
	c.Flags().StringVar(&o.file, "file", "imgroup-report.tar.gz", "where to write it; it must not exist")
	c.Flags().StringVar(&o.namespace, "operator-namespace", operator.Namespace, "where the operator is")
	return c
}

func run(ctx context.Context, e *cli.Env, o *options) error {
	k, err := e.Connect()
	if err != nil {
		return err
	}
	c := &collector{Env: e, cluster: k, namespace: k.Scope(o.all)}
	c.collect(ctx, o.namespace)
	if ctx.Err() != nil {
		return exit.ErrInterrupted
	}
	return save(e, o.file, c.files)
}

// save writes the bundle, and shows the list that is in it as well.
func save(e *cli.Env, name string, files []file) error {
	rows := make([][]string, 0, len(files))
	var list bytes.Buffer
	for _, f := range files {
		rows = append(rows, []string{f.name, f.what})
		fmt.Fprintf(&list, "%s: %s\n", f.name, f.what)
	}
	files = append([]file{{name: "contents.txt", text: list.Bytes()}}, files...)
	out, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	if err := write(out, files, e.Now()); err != nil {
		_ = out.Close()
		return err
	}
	if err := out.Close(); err != nil {
		return err
	}
	if err := e.Screen().Notes([]string{"FILE", "CONTENTS"}, rows); err != nil {
		return err
	}
	e.Note("Written to %s. Look at it before you pass it on.", name)
	return nil
}
