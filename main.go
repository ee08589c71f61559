// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// imgroup-operator receives the group callbacks of Tencent Cloud Chat and keeps IMGroup objects in step with them.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/imgroup-operator/imgroup-operator/internal/logbuffer"
	"github.com/imgroup-operator/imgroup-operator/internal/options"
	"github.com/imgroup-operator/imgroup-operator/operator"
)

// version is set by the linker.
var version = "dev"

// Exit codes.
const (
	exitFailed = 1
	exitUsage  = 2
)

func main() {
	os.Exit(run(os.Args[1:]))
}

func run(args []string) int {
	stderr := logbuffer.New("log", os.Stderr)
	defer func() { _ = stderr.Close() }()
	o, err := options.Parse(args, os.LookupEnv, os.Stdout)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return fail(stderr, exitUsage, err)
	case o.Version:
		fmt.Println("imgroup-operator", version) //nolint:forbidigo // the answer to --version
		return 0
	}
	audit := logbuffer.New("audit", os.Stderr)
	defer func() { _ = audit.Close() }()
	op, err := operator.New(context.Background(), o, version, operator.NewLogger(o.LogLevel, stderr), stderr, audit)
	if err != nil {
		return fail(stderr, exitFailed, err)
	}
	if err := op.Run(ctrl.SetupSignalHandler()); err != nil {
		return fail(stderr, exitFailed, err)
	}
	return 0
}

// fail prints one line that says what is wrong.
func fail(stderr io.Writer, code int, err error) int {
	_, _ = fmt.Fprintln(stderr, "imgroup-operator:", strings.ReplaceAll(err.Error(), "\n", "; "))
	return code
}
