// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package plugin is kubectl-imgroup: what to paste into the console, test callbacks, a live table of changes, a group's
// history, resyncs. Each command does what it does with the rights of the user, through the API server and the callback
// endpoint like everybody else; the operator knows nothing of it.
package plugin

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"

	"github.com/go-logr/logr"
	"github.com/spf13/cobra"
	"k8s.io/cli-runtime/pkg/genericclioptions"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	"k8s.io/client-go/rest"
	"k8s.io/klog/v2"

	"github.com/imgroup-operator/imgroup-operator/internal/plugin/screen"
	"github.com/imgroup-operator/imgroup-operator/internal/terminal"
)

// plugin is what all commands share.
type plugin struct {
	genericiooptions.IOStreams
	flags   *genericclioptions.ConfigFlags
	version string
	now     func() time.Time
}

// Main runs the plugin as a process does and returns its exit code.
func Main(args []string, version string) int {
	// What client-go tells of lost connections is told by the commands themselves.
	klog.SetLogger(logr.Discard())
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends what does not listen
	return Run(ctx, args, genericiooptions.IOStreams{In: os.Stdin, Out: os.Stdout, ErrOut: os.Stderr}, version)
}

// Run runs one command line and returns its exit code.
func Run(ctx context.Context, args []string, streams genericiooptions.IOStreams, version string) int {
	p := &plugin{IOStreams: streams, flags: genericclioptions.NewConfigFlags(true), version: version, now: time.Now}
	root := p.root() //nolint:contextcheck // completers take the context from the command
	root.SetArgs(args)
	root.SetIn(streams.In)
	root.SetOut(streams.Out)
	root.SetErr(streams.ErrOut)
	err := root.ExecuteContext(ctx)
	if ctx.Err() != nil && exitCode(err) == ExitInterrupted {
		return ExitInterrupted // whoever pressed Ctrl-C knows
	}
	if err != nil {
		_, _ = fmt.Fprintln(streams.ErrOut, "error:", visibleLines(explain(err).Error()))
	}
	return exitCode(err)
}

const rootHelp = `Watch and test the groups of Tencent Cloud Chat that imgroup-operator keeps as IMGroups.

Exit codes: 0 done; 1 an error, such as an object that does not exist or missing rights; 2 a wrong command line;
3 the operator or Tencent refused; 4 timed out; 130 interrupted while waiting.

NO_COLOR in the environment turns colours off; in a pipe there are none.`

func (p *plugin) root() *cobra.Command {
	root := &cobra.Command{
		Use:           "kubectl-imgroup",
		Short:         "Watch and test the groups of Tencent Cloud Chat",
		Long:          rootHelp,
		Annotations:   map[string]string{cobra.CommandDisplayNameAnnotation: "kubectl imgroup"},
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          noSuchCommand,
		RunE:          func(c *cobra.Command, _ []string) error { return c.Help() },
	}
	p.addFlags(root)
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return usage("%w; see '%s --help'", err, c.CommandPath())
	})
	root.CompletionOptions.DisableDefaultCmd = true
	root.AddCommand(p.urlCommand(), p.sendCommand(), p.watchCommand(), p.historyCommand(), p.resyncCommand(),
		p.completionCommand(), p.versionCommand())
	return root
}

func noSuchCommand(c *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usage("there is no command %q; see '%s --help'", args[0], c.CommandPath())
	}
	return nil
}

// customary are the flags of kubectl that help shows; the others work as well.
var customary = map[string]bool{"kubeconfig": true, "context": true, "namespace": true}

func (p *plugin) addFlags(root *cobra.Command) {
	flags := root.PersistentFlags()
	p.flags.AddFlags(flags)
	for _, name := range hiddenFlags(flags) {
		_ = flags.MarkHidden(name) // it exists
	}
	_ = root.RegisterFlagCompletionFunc("namespace", cobra.NoFileCompletions)
	root.SetUsageTemplate(strings.Replace(root.UsageTemplate(), "Global Flags:", "Flags of kubectl (the others, such as --as and --user, work too):", 1))
}

// arguments wraps a check of cobra's, so that what it finds counts as wrong usage.
func arguments(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(c *cobra.Command, args []string) error {
		if err := check(c, args); err != nil {
			return usage("%w; see '%s --help'", err, c.CommandPath())
		}
		return nil
	}
}

// screen is where results go.
func (p *plugin) screen() screen.Screen { return screen.Of(p.Out) }

// note tells the user something beside the result.
func (p *plugin) note(format string, args ...any) {
	_, _ = fmt.Fprintln(p.ErrOut, visibleLines(fmt.Sprintf(format, args...)))
}

// warnings shows what the API server warns of.
func (p *plugin) warnings() rest.WarningHandler {
	return rest.NewWarningWriter(visibleWriter{p.ErrOut}, rest.WarningWriterOptions{Deduplicate: true})
}

// visibleWriter is for libraries that write whole lines.
type visibleWriter struct{ io.Writer }

func (w visibleWriter) Write(line []byte) (int, error) {
	_, err := io.WriteString(w.Writer, visibleLines(string(line)))
	return len(line), err
}

// visibleLines makes text fit for a terminal, line by line.
func visibleLines(s string) string {
	lines := strings.Split(s, "\n")
	for i := range lines {
		lines[i] = terminal.Visible(lines[i])
	}
	return strings.Join(lines, "\n")
}
