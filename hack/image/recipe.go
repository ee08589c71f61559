// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"
)

// recipe is what the Dockerfile says: a stage that builds, and the image.
type recipe struct {
	sources  []string // what the build stage copies from the context
	run      string   // its last command
	builder  string   // image of that stage
	from     string   // base of the image
	copies   []file   // from the build stage
	labels   map[string]string
	user     string
	ports    []string
	entry    []string
	platform string // of the build stage
}

// file is a path that goes from the build stage to the image.
type file struct{ from, to, owner string }

func readRecipe(name string) (recipe, error) {
	text, err := os.Open(name)
	if err != nil {
		return recipe{}, err
	}
	defer text.Close()
	parsed, err := parser.Parse(text)
	if err != nil {
		return recipe{}, err
	}
	stages, _, err := instructions.Parse(parsed.AST, nil)
	if err != nil {
		return recipe{}, err
	}
	if len(stages) != 2 {
		return recipe{}, fmt.Errorf("%s has %d stages, want one that builds and the image", name, len(stages))
	}
	r := recipe{builder: stages[0].BaseName, platform: stages[0].Platform, from: stages[1].BaseName, labels: map[string]string{}}
	if err := r.readBuild(stages[0].Commands); err != nil {
		return recipe{}, err
	}
	err = r.readImage(stages[1].Commands)
	return r, err
}

func (r *recipe) readBuild(commands []instructions.Command) error {
	for _, command := range commands {
		switch c := command.(type) {
		case *instructions.CopyCommand:
			r.sources = append(r.sources, c.SourcePaths...)
		case *instructions.RunCommand:
			r.run = strings.Join(c.CmdLine, " ")
		}
	}
	if !strings.Contains(r.run, "go build") {
		return errors.New("the build stage does not end with go build")
	}
	return nil
}

func (r *recipe) readImage(commands []instructions.Command) error {
	for _, command := range commands {
		switch c := command.(type) {
		case *instructions.CopyCommand:
			r.copies = append(r.copies, file{from: c.SourcePaths[0], to: c.DestPath, owner: c.Chown})
		case *instructions.LabelCommand:
			for _, l := range c.Labels {
				r.labels[strings.Trim(l.Key, `"`)] = strings.Trim(l.Value, `"`)
			}
		case *instructions.UserCommand:
			r.user = c.User
		case *instructions.ExposeCommand:
			r.ports = slices.Concat(r.ports, c.Ports)
		case *instructions.EntrypointCommand:
			r.entry = c.CmdLine
		case *instructions.ArgCommand:
		default:
			return fmt.Errorf("%s in the image's stage is not known here", command.Name())
		}
	}
	return nil
}
