// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"io"
)

// run starts everything, says how to use it, and shows changes until Ctrl-C.
func run(ctx context.Context, s settings, out io.Writer) error {
	st, err := startStack(ctx, s, out)
	if err != nil {
		return err
	}
	st.explain(out)
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() {
		<-st.operator.process.Done()
		cancel(st.operator.process.Err())
	}()
	err = follow(ctx, st.client, out)
	if cause := context.Cause(ctx); err == nil && !errors.Is(cause, context.Canceled) {
		err = cause // the operator ended by itself
	}
	printLine(out, "\nstopping ...")
	return errors.Join(err, st.stop())
}

// explain says where everything is.
func (st *stack) explain(out io.Writer) {
	for _, line := range []string{
		"",
		"kubeconfig    " + st.kubeconfig(),
		"callback URL  " + st.callbackURL(),
		"metrics       http://" + st.operator.metrics + "/metrics",
		"logs          " + st.managerLog(),
		"",
		"Look at it from another terminal:",
		"",
		"  kubectl --kubeconfig " + shellQuote(st.kubeconfig()) + " get imgroups -w",
		"",
		"Send a callback; the command signs itself when it is run:",
		"",
		curlCommand(st.tokenFile(), st.callbackURL()),
		"",
		"Changes appear below. Ctrl-C stops everything; the data stays in " + st.dir + ".",
		"",
	} {
		printLine(out, line)
	}
}
