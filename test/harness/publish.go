// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package harness

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
)

// owner is what the documents' URLs of the repository begin with.
const owner = "https://github.com/imgroup-operator/"

// Published matches a URL of a folder below config, as the documents have it for kustomize: the folder, the version.
var Published = regexp.MustCompile(regexp.QuoteMeta(owner) + `imgroup-operator//config/([a-z/-]+)\?ref=(v[0-9a-z.-]+)`)

// Publish makes a git repository of the tree's config in a folder, with the version that docs/install.md names as its tag. It
// returns what a process needs in its environment to find that repository behind the documents' URLs: git then takes file://
// for https://.
func Publish(ctx context.Context, top, dir string) (environment []string, err error) {
	page, err := os.ReadFile(filepath.Join(top, "docs", "install.md"))
	if err != nil {
		return nil, err
	}
	found := Published.FindSubmatch(page)
	if found == nil {
		return nil, errors.New("docs/install.md names no version")
	}
	repository := filepath.Join(dir, "imgroup-operator")
	if err := os.CopyFS(filepath.Join(repository, "config"), os.DirFS(filepath.Join(top, "config"))); err != nil {
		return nil, err
	}
	for _, args := range [][]string{{"init"}, {"add", "."}, {"commit", "--message=release"}, {"tag", string(found[2])}} {
		git := exec.CommandContext(ctx, "git", append([]string{"-C", repository, "-c", "user.name=test", "-c", "user.email=test@example.org"}, args...)...)
		git.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_SYSTEM="+os.DevNull)
		if out, err := git.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("git %s: %w\n%s", args[0], err, out)
		}
	}
	return []string{"GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=url.file://" + dir + "/.insteadOf", "GIT_CONFIG_VALUE_0=" + owner}, nil
}
