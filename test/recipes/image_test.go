// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package recipes

import (
	"os"
	"path/filepath"
	"strings"

	"github.com/imgroup-operator/imgroup-operator/test/harness"
)

// recipePrograms are those of the recipes, built from what their Dockerfile copies and nothing else.
func recipePrograms() ([]program, error) {
	sources := filepath.Join(world.dir, "sources")
	text, err := os.ReadFile(folder + "Dockerfile")
	if err != nil {
		return nil, err
	}
	for line := range strings.Lines(string(text)) {
		words := strings.Fields(line)
		if len(words) < 3 || words[0] != "COPY" || strings.HasPrefix(words[1], "--from") {
			continue
		}
		for _, name := range words[1 : len(words)-1] {
			if err := copyTo(filepath.Join(sources, name), filepath.Join(root, name)); err != nil {
				return nil, err
			}
		}
	}
	module, flags := filepath.Join(sources, "docs", "recipes"), append([]string{"-trimpath"}, harness.RaceFlags()...)
	return []program{{"announcer", module, "./controller", flags}, {"forwarder", module, "./cloudevents", flags}, {"notifier", module, "./notify", flags}}, nil
}

// copyTo copies a file or a folder.
func copyTo(to, from string) error {
	info, err := os.Stat(from)
	if err != nil {
		return err
	}
	if info.IsDir() {
		return os.CopyFS(to, os.DirFS(from))
	}
	text, err := os.ReadFile(from)
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	return os.WriteFile(to, text, 0o600)
}
