// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Command jq is jq, written in Go, for the tests.
package main

import (
	"os"
	"slices"

	"github.com/itchyny/gojq/cli"
)

func main() {
	// This one never buffers, and does not know jq's option for it.
	os.Args = slices.DeleteFunc(os.Args, func(a string) bool { return a == "--unbuffered" })
	os.Exit(cli.Run())
}
