// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package ui serves a page of groups to the browser of whoever runs it.
package ui

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/imgroup-operator/imgroup-operator/internal/plugin/cli"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/exit"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/words"
)

const help = `Serve a page of IMGroups to your browser, and open it: a live table of the groups with search and filters, what is
wrong, each change as it comes, how far it lagged, and all that is known of one group. Ctrl-C ends it.

The page is served on 127.0.0.1 alone, with your rights, and only to a browser that had the link: the printed link is a
secret. It can change nothing, and nothing of it is fetched from elsewhere. Pictures of groups are shown only after you
ask for them: whoever set one chose its server, which then sees your address.

For a machine that you reach by SSH choose a port, forward it under the same number, and open the link yourself.`

const example = `  kubectl imgroup ui -n im

  # All namespaces, on the port that is forwarded here: ssh -L 8484:localhost:8484 HOST
  kubectl imgroup ui -A --port 8484 --no-open`

// maxPort is the greatest number of a port.
const maxPort = 65535

// options are the flags of ui.
type options struct {
	all    bool
	port   int
	noOpen bool
}

// Command is the command ui.
func Command(e *cli.Env) *cobra.Command {
	o := &options{}
	c := &cobra.Command{
		Use:               "ui",
		Short:             "Show groups and their changes in your browser",
		Long:              help,
		Example:           example,
		Args:              cli.Arguments(cobra.NoArgs),
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE:              func(c *cobra.Command, _ []string) error { return run(c.Context(), e, o) },
	}
	c.Flags().BoolVarP(&o.all, "all-namespaces", "A", false, "all namespaces")
	c.Flags().IntVar(&o.port, "port", 0, "the port on 127.0.0.1; 0 takes a free one")
	c.Flags().BoolVar(&o.noOpen, "no-open", false, "only print the link")
	return c
}

func run(ctx context.Context, e *cli.Env, o *options) error {
	if o.port < 0 || o.port > maxPort {
		return exit.Usage("--port %d is not between 0 and %d", o.port, maxPort)
	}
	k, err := e.Connect()
	if err != nil {
		return err
	}
	ctx, end := context.WithCancelCause(ctx)
	defer end(nil)
	h := newHub(e.Now)
	followAll(ctx, e, k, k.Scope(o.all), h, end)
	select {
	case <-ctx.Done():
		return ended(ctx)
	case <-h.listed:
	}
	s, err := listen(o.port, &site{hub: h, cluster: k, place: placeOf(e, k.Scope(o.all))})
	if err != nil {
		return err
	}
	e.Note("The page of %s%s is here until Ctrl-C ends it; the link is a secret:", words.Count(h.count(), "IMGroup"), words.InNamespace(k.Scope(o.all)))
	if _, err := fmt.Fprintln(e.Out, s.link(s.token)); err != nil {
		return errors.Join(err, s.Close())
	}
	if !o.noOpen {
		if err := open(s.link(s.once())); err != nil {
			e.Note("No browser was opened (%v): open the link yourself.", err)
		}
	}
	if err := s.serve(ctx); err != nil {
		return err
	}
	return ended(ctx)
}

// ended is why it ended: Ctrl-C is how it does.
func ended(ctx context.Context) error {
	if err := context.Cause(ctx); !errors.Is(err, context.Canceled) {
		return err
	}
	return nil
}
