// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// build runs the build stage for an architecture on a copy of what it copies, and returns the folder that has its results
// below it. What the Dockerfile forgets to copy is missing here too.
func (s settings) build(r recipe, arch, dir string) (root string, err error) {
	source, root := filepath.Join(dir, "src"), filepath.Join(dir, "root")
	for _, pattern := range r.sources {
		if err := copySources(source, s.context, pattern); err != nil {
			return "", err
		}
	}
	command := r.run
	for _, f := range r.copies { // the stage's own paths, here below root
		command = strings.ReplaceAll(command, " "+f.from, " "+root+f.from)
	}
	shell := exec.Command("sh", "-ec", command)
	shell.Dir = source
	shell.Env = append(os.Environ(), "GOFLAGS=", "GOWORK=off", "TARGETOS=linux", "TARGETARCH="+arch, "VERSION="+s.version)
	if said, err := shell.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%s: %w\n%s", r.run, err, said)
	}
	return root, nil
}

// copySources copies what a COPY names, which may be a folder or a pattern. Tests stay behind: they are not built.
func copySources(to, context, pattern string) error {
	found, err := filepath.Glob(filepath.Join(context, filepath.FromSlash(pattern)))
	if err != nil || len(found) == 0 {
		return fmt.Errorf("COPY %s: nothing is there (%w)", pattern, err)
	}
	for _, top := range found {
		err := filepath.WalkDir(top, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || strings.HasSuffix(path, "_test.go") {
				return err
			}
			relative, err := filepath.Rel(context, path)
			if err != nil {
				return err
			}
			return copyFile(filepath.Join(to, relative), path)
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func copyFile(to, from string) error {
	text, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
		return err
	}
	return os.WriteFile(to, text, 0o644)
}
