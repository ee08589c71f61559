// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/google/go-containerregistry/pkg/authn"
	"github.com/google/go-containerregistry/pkg/name"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/remote"
)

// settings say what to make of which folder.
type settings struct {
	context string // the folder of the Dockerfile
	output  string // folder of the OCI layout
	version string
	base    string // reference of an image; "" is an empty one
	arches  string // GOARCHs, by commas
	push    string // reference to push to; "" is none
}

func main() {
	var s settings
	flag.StringVar(&s.context, "context", "../..", "folder of the Dockerfile")
	flag.StringVar(&s.output, "o", "../../bin/image", "folder for the OCI layout, which is replaced")
	flag.StringVar(&s.version, "version", "dev", "version of the operator")
	flag.StringVar(&s.base, "base", "", "image to build on; an empty one if left out")
	flag.StringVar(&s.arches, "arch", "amd64,arm64", "architectures")
	flag.StringVar(&s.push, "push", "", "reference to push the images to, with what docker login has stored; none if left out")
	flag.Parse()
	if err := s.write(); err != nil {
		fmt.Fprintln(os.Stderr, "image:", err)
		os.Exit(1)
	}
}

// write makes the images and writes their index.
func (s settings) write() error {
	recipe, err := readRecipe(filepath.Join(s.context, "Dockerfile"))
	if err != nil {
		return err
	}
	var index v1.ImageIndex = empty.Index
	for _, arch := range strings.Split(s.arches, ",") {
		image, err := s.image(recipe, arch)
		if err != nil {
			return fmt.Errorf("linux/%s: %w", arch, err)
		}
		index = mutate.AppendManifests(index, mutate.IndexAddendum{Add: image,
			Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "linux", Architecture: arch}}})
	}
	if err := os.RemoveAll(s.output); err != nil {
		return err
	}
	if _, err := layout.Write(s.output, index); err != nil {
		return err
	}
	digest, err := index.Digest()
	if err != nil {
		return err
	}
	fmt.Println(digest)
	return s.pushIndex(index)
}

// pushIndex sends the index and its images to a registry.
func (s settings) pushIndex(index v1.ImageIndex) error {
	if s.push == "" {
		return nil
	}
	to, err := name.ParseReference(s.push)
	if err != nil {
		return err
	}
	return remote.WriteIndex(to, index, remote.WithAuthFromKeychain(authn.DefaultKeychain))
}
