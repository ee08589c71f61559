// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// imgroup-operator receives the group callbacks of Tencent Cloud Chat and keeps IMGroup objects in step with them.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"strings"

	ctrl "sigs.k8s.io/controller-runtime"

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
	o, err := options.Parse(args, os.LookupEnv, os.Stdout)
	switch {
	case errors.Is(err, flag.ErrHelp):
		return 0
	case err != nil:
		return fail(exitUsage, err)
	case o.Version:
		fmt.Println("imgroup-operator", version) //nolint:forbidigo // the answer to --version
		return 0
	}
	log := operator.NewLogger(o.LogLevel, os.Stderr)
	op, err := operator.New(context.Background(), o, version, log)
	if err != nil {
		return fail(exitFailed, err)
	}
	if err := op.Run(ctrl.SetupSignalHandler()); err != nil {
		return fail(exitFailed, err)
	}
	return 0
}

// fail prints one line that says what is wrong.
func fail(code int, err error) int {
	fmt.Fprintln(os.Stderr, "imgroup-operator:", strings.ReplaceAll(err.Error(), "\n", "; "))
	return code
}
