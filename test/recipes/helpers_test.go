// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package recipes

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/imgroup-operator/imgroup-operator/test/child"
	"github.com/imgroup-operator/imgroup-operator/test/harness"
	"github.com/imgroup-operator/imgroup-operator/test/localenv"
)

var (
	must       = harness.Must
	eventually = harness.Eventually
	differs    = harness.Differs
)

// nasty is a text that a shell, a template, a terminal, JSON or Kubernetes might take for more than text.
const nasty = "$(touch pwned); `touch pwned` {{ .Input }} $(HOME) 'x' \"y\" \\n\n\t\a\u009b31m \u202eevil %s & 東京 */ --"

func freePort(t *testing.T) int {
	t.Helper()
	port, err := localenv.FreePort()
	must(t, err)
	return port
}

func local(port int) string { return fmt.Sprintf("127.0.0.1:%d", port) }

// kubectl runs kubectl as a user, and fails on an error or a warning.
func kubectl(t *testing.T, kubeconfig string, args ...string) string {
	t.Helper()
	out, said, err := tryKubectl(t, kubeconfig, args...)
	if err != nil || said != "" {
		t.Fatalf("kubectl %v: %v\n%s", args, err, said)
	}
	return out
}

func tryKubectl(t *testing.T, kubeconfig string, args ...string) (out, said string, err error) {
	t.Helper()
	command := exec.CommandContext(t.Context(), filepath.Join(world.bin, commands, "kubectl"), append([]string{"--kubeconfig=" + kubeconfig}, args...)...)
	var outs, errs bytes.Buffer
	command.Stdout, command.Stderr = &outs, &errs
	err = command.Run()
	return outs.String(), errs.String(), err
}

func adminConfig() string { return filepath.Join(world.dir, "admin.kubeconfig") }

// account writes the kubeconfig of a ServiceAccount, which has the rights that a recipe gave it.
func account(t *testing.T, namespace, name string) string {
	t.Helper()
	config, err := world.env.ServiceAccount(namespace, name)
	must(t, err)
	file := filepath.Join(t.TempDir(), "kubeconfig")
	must(t, localenv.WriteKubeconfig(file, config))
	return file
}

// warned fails the test for each warning of the API server.
type warned struct{ t *testing.T }

// HandleWarningHeader is called by the client.
func (w warned) HandleWarningHeader(_ int, _, text string) {
	w.t.Errorf("the API server warns: %s", text)
}

// clientOf is a client of a user, for which a warning is a failure.
func clientOf(t *testing.T, config *rest.Config) client.Client {
	t.Helper()
	config = rest.CopyConfig(config)
	config.WarningHandler = warned{t}
	c, err := client.New(config, client.Options{Scheme: world.admin.Scheme()})
	must(t, err)
	return c
}

// start starts a program until the end of the test; its output is added to the log.
func start(t *testing.T, o child.Options) *child.Process {
	t.Helper()
	p, err := child.Start(o)
	must(t, err)
	t.Cleanup(func() {
		if err := p.Stop(harness.StopGrace); err != nil {
			t.Error(err)
		}
		if t.Failed() {
			text, _ := os.ReadFile(o.Log)
			t.Logf("%s:\n%s", filepath.Base(o.Path), text[max(0, len(text)-8000):])
		}
	})
	return p
}

// decode reads the documents of a recipe's file, each into its place, and fails on what the types do not know.
func decode(t *testing.T, file string, into ...any) {
	t.Helper()
	text, err := os.ReadFile(folder + file)
	must(t, err)
	documents := bytes.Split(text, []byte("\n---\n"))
	if len(documents) != len(into) {
		t.Fatalf("%s has %d documents", file, len(documents))
	}
	for i, d := range documents {
		must(t, yaml.UnmarshalStrict(d, into[i]))
	}
}
