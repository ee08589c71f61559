// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package gitops

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"testing"
)

// environment is that of a person who works in a namespace.
func environment(kubeconfig string) []string {
	return append(os.Environ(), "PATH="+inDir("bin")+":"+os.Getenv("PATH"), "KUBECONFIG="+kubeconfig, "HOME="+world.dir)
}

// tryRun runs a program and returns what it printed; its exit code is in the error.
func tryRun(ctx context.Context, folder, kubeconfig, stdin string, program ...string) (string, error) {
	c := exec.CommandContext(ctx, program[0], program[1:]...)
	var out, errs bytes.Buffer
	c.Dir, c.Env, c.Stdin, c.Stdout, c.Stderr = folder, environment(kubeconfig), bytes.NewBufferString(stdin), &out, &errs
	if err := c.Run(); err != nil {
		return out.String(), fmt.Errorf("%q: %w: %s%s", program, err, out.String(), errs.String())
	}
	return out.String(), nil
}

// tryKubectl runs kubectl in a namespace.
func tryKubectl(ctx context.Context, namespace, stdin string, args ...string) (string, error) {
	return tryRun(ctx, ".", world.kubeconfig, stdin, append([]string{inDir("bin/kubectl"), "--namespace=" + namespace}, args...)...)
}

func kubectl(t *testing.T, namespace, stdin string, args ...string) string {
	t.Helper()
	out, err := tryKubectl(t.Context(), namespace, stdin, args...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}
