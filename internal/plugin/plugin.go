// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package plugin is kubectl-imgroup: what to paste into the console, test callbacks, a live table of changes, a group's
// history, resyncs, checks. Each command works with the rights of the user, through the API server and the callback endpoint
// like any other client; the operator does not know it. A command is a package below command; no command imports another.
package plugin

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"os/signal"
	"runtime/debug"
	"syscall"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	"k8s.io/klog/v2"

	"github.com/imgroup-operator/imgroup-operator/internal/plugin/cli"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/cluster"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/exit"
	"github.com/imgroup-operator/imgroup-operator/internal/terminal"
)

// Main runs the plugin as a process does and returns its exit code.
func Main(args []string, version string) int {
	// What client-go tells of lost connections is told by the commands themselves.
	klog.SetLogger(logr.Discard())
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends what does not listen
	return Run(ctx, args, genericiooptions.IOStreams{In: os.Stdin, Out: os.Stdout, ErrOut: os.Stderr}, cmp.Or(version, built()))
}

// built is the version that Go has found for what it built: of a tag or a commit.
func built() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "(devel)"
}

// Run runs one command line and returns its exit code.
func Run(ctx context.Context, args []string, streams genericiooptions.IOStreams, version string) int {
	e := &cli.Env{IOStreams: streams, Flags: genericclioptions.NewConfigFlags(true), Version: version, Now: time.Now}
	root := root(e) //nolint:contextcheck // completers take the context from the command
	root.SetArgs(args)
	root.SetIn(streams.In)
	root.SetOut(streams.Out)
	root.SetErr(streams.ErrOut)
	err := root.ExecuteContext(ctx)
	if ctx.Err() != nil && exit.Code(err) == exit.CodeInterrupted {
		return exit.CodeInterrupted // whoever pressed Ctrl-C knows
	}
	if err != nil {
		_, _ = fmt.Fprintln(streams.ErrOut, "error:", terminal.VisibleLines(cluster.Explain(err).Error()))
	}
	return exit.Code(err)
}
