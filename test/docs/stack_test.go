// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package docs

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/imgroup-operator/imgroup-operator/test/child"
	"github.com/imgroup-operator/imgroup-operator/test/harness"
)

// stopGrace is above what `make run` takes to write what it holds.
const stopGrace = 90 * time.Second

var (
	must       = harness.Must
	eventually = harness.Eventually
)

// stack is what `make run` starts, and a folder that looks like the top of the repository to the documents' commands.
type stack struct {
	dir  string // the folder
	path string // programs come from here first
	said string // the file with what make run has printed

	published []string // for the environment: the documents' URLs lead to a copy of config

	changes int // that were sent
}

func startStack(t *testing.T) *stack {
	t.Helper()
	s := &stack{dir: t.TempDir(), path: buildPrograms(t)}
	s.said = filepath.Join(s.dir, "said")
	var err error
	s.published, err = harness.Publish(t.Context(), root, t.TempDir())
	must(t, err)
	run, err := child.Start(child.Options{Path: filepath.Join(s.path, "local"), Log: s.said, Args: []string{
		"-manager", filepath.Join(s.path, "manager"), "-crds", root + "/config/crd/bases", "-dir", filepath.Join(s.dir, ".local"), "run"}})
	must(t, err)
	t.Cleanup(func() {
		if err := run.Stop(stopGrace); err != nil {
			t.Error(err)
		}
	})
	eventually(t, "make run is up", func() error {
		must(t, run.Err())
		return has(s.printed(t), "Changes appear below")
	})
	return s
}

// programs are those that the commands name, and what make run runs, built once.
var programs struct {
	once sync.Once
	dir  string
	err  error
}

func buildPrograms(t *testing.T) string {
	t.Helper()
	programs.once.Do(func() {
		if programs.dir, programs.err = os.MkdirTemp("", "imgroup-docs-"); programs.err != nil {
			return
		}
		self, err := os.Executable()
		programs.err = errors.Join(err, goBuild(root, "manager", "."), goBuild(root, "local", "./hack/local"),
			goBuild(root+"/hack/docs", "kubectl", "./kubectl"), goBuild(root+"/hack/docs", "jq", "github.com/itchyny/gojq/cmd/gojq"))
		for name := range standIns {
			programs.err = errors.Join(programs.err, os.Symlink(self, filepath.Join(programs.dir, name)))
		}
	})
	must(t, programs.err)
	return programs.dir
}

func goBuild(module, name, source string) error {
	return harness.Build(context.Background(), module, filepath.Join(programs.dir, name), source)
}

// printed is what make run has said.
func (s *stack) printed(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(s.said)
	must(t, err)
	return string(text)
}

// address is that of a part of the stack, as make run says it.
func (s *stack) address(t *testing.T, part string) string {
	t.Helper()
	m := regexp.MustCompile(`(?m)^` + part + ` +http://([0-9.:]+)`).FindStringSubmatch(s.printed(t))
	if m == nil {
		t.Fatalf("make run does not say where its %s is", part)
	}
	return m[1]
}

// run runs a command as a reader of the documents would, and returns what it prints.
func (s *stack) run(t *testing.T, command string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), harness.Patience)
	defer cancel()
	shell := exec.CommandContext(ctx, "sh", "-eu", "-c", command)
	shell.Dir, shell.Env = s.dir, s.environment()
	out, err := shell.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s\n%s", err, command, out)
	}
	return string(out)
}

func (s *stack) environment() []string {
	return append(append(os.Environ(), s.published...), "PATH="+s.path+":"+os.Getenv("PATH"), "KUBECONFIG="+s.kubeconfig())
}

func (s *stack) kubeconfig() string { return filepath.Join(s.dir, ".local", "kubeconfig") }

func has(text string, parts ...string) error {
	for _, part := range parts {
		if !strings.Contains(text, part) {
			return fmt.Errorf("%q is not in\n%s", part, text)
		}
	}
	return nil
}
