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
	if err := st.cloud.saveUserSig(st.userSigFile()); err != nil {
		return errors.Join(err, st.stop())
	}
	st.explain(out)
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	go func() {
		<-st.operator.Done()
		cancel(st.operator.Err())
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
		"callback URL  " + st.callbackURL(sampleName),
		"fake Tencent  " + st.cloud.url + ", whose groups are those of the IMApp " + cloudName,
		"metrics       http://" + st.operator.Metrics + "/metrics",
		"logs          " + st.managerLog(),
		"",
		"Look at it from another terminal:",
		"",
		"  kubectl --kubeconfig " + shellQuote(st.kubeconfig()) + " get imgroups -w",
		"",
		"Or in a browser, beside it:",
		"",
		"  go run ./cmd/kubectl-imgroup ui -A --kubeconfig " + shellQuote(st.kubeconfig()),
		"",
		"Send a callback to the IMApp " + sampleName + "; the command signs itself when it is run:",
		"",
		curlCommand(st.tokenFile(), st.callbackURL(sampleName)),
		"",
		"Rename a group by the fake Tencent's REST API; it calls back the IMApp " + cloudName + ":",
		"",
		st.cloud.restCommand(st.userSigFile()),
		"",
		"Changes appear below. Ctrl-C stops everything.",
		"The data stays in " + st.dir + ".",
		"The fake Tencent forgets what was changed in it; its UserSig is good for a week.",
		"",
	} {
		printLine(out, line)
	}
}
