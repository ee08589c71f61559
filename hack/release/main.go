// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Release makes what a release consists of, but for the image.
//
//	go run ./hack/release prepare v0.1.0    writes the version into manifests and documents
//	go run ./hack/release files v0.1.0      makes the files that users download, in bin/release, and checks them
//
// The same sources, version and Go give the same files.
package main

import (
	"errors"
	"fmt"
	"os"
	"regexp"
	"time"
)

const (
	repository = "https://github.com/imgroup-operator/imgroup-operator"
	image      = "ghcr.io/imgroup-operator/imgroup-operator"
)

// release says what to make of which tree.
type release struct {
	top       string // folder of the repository
	source    string // the same, for the compiler
	out       string // folder of the files, which is replaced
	version   string
	platforms []platform
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "release:", err)
		os.Exit(1)
	}
}

var semantic = regexp.MustCompile(`^v[0-9]+\.[0-9]+\.[0-9]+(-[0-9a-z.]+)?$`)

func run(args []string) error {
	if len(args) != 2 || !semantic.MatchString(args[1]) {
		return errors.New("prepare or files, and a version such as v0.1.0, are needed")
	}
	r := release{top: ".", source: ".", out: "bin/release", version: args[1], platforms: everywhere}
	switch args[0] {
	case "prepare":
		return r.prepare(time.Now())
	case "files":
		return errors.Join(r.files(), r.check())
	}
	return fmt.Errorf("%s is not known", args[0])
}
