// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package install

import (
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"

	"github.com/imgroup-operator/imgroup-operator/test/child"
	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
	"github.com/imgroup-operator/imgroup-operator/test/localenv"
)

// The operator's identity in the manifests, and the application of the tests.
const (
	systemNamespace = "imgroup-system"
	serviceAccount  = "imgroup-operator"
	sdkAppID        = 1400000000
	stopGrace       = 60 * time.Second // the Pod's terminationGracePeriodSeconds
)

// operator is an operator process that runs with the arguments and the rights of a bundle.
type operator struct {
	t                         *testing.T
	process                   *child.Process
	log                       string
	callback, health, metrics int // ports
}

// start runs the operator as a Pod of the bundle does, but for addresses and files. More arguments win.
func start(t *testing.T, b bundle, more ...string) *operator {
	t.Helper()
	dir := t.TempDir()
	o := &operator{t: t, log: filepath.Join(dir, "log"), callback: freePort(t), health: freePort(t), metrics: freePort(t)}
	config, err := world.env.ServiceAccount(systemNamespace, serviceAccount)
	must(t, err)
	kubeconfig := filepath.Join(dir, "kubeconfig")
	must(t, localenv.WriteKubeconfig(kubeconfig, config))
	args := slices.Concat(one[appsv1.StatefulSet](t, b, "StatefulSet").Spec.Template.Spec.Containers[0].Args, []string{
		"--kubeconfig=" + kubeconfig, "--journal-dir=" + filepath.Join(dir, "journal"), "--callback-bind-address=" + local(o.callback),
		"--health-probe-bind-address=" + local(o.health), "--metrics-bind-address=" + local(o.metrics)}, more)
	o.process, err = child.Start(child.Options{Path: world.operator, Args: args, Log: o.log,
		Env: []string{"POD_NAMESPACE=" + systemNamespace}})
	must(t, err)
	t.Cleanup(o.stop)
	eventually(t, "the operator is ready", func() error {
		if err := o.process.Err(); err != nil {
			t.Fatal(err)
		}
		status, body, err := get(t.Context(), "http://"+local(o.health)+"/readyz", "")
		if err == nil && status != 200 {
			err = fmt.Errorf("HTTP %d: %s", status, body)
		}
		return err
	})
	return o
}

// stop may be called again.
func (o *operator) stop() {
	o.t.Helper()
	if err := o.process.Stop(stopGrace); err != nil {
		o.t.Error(err)
	}
	if o.t.Failed() {
		lines := strings.Split(o.said(), "\n")
		o.t.Logf("the operator's log:\n%s", strings.Join(lines[max(0, len(lines)-100):], "\n"))
	}
}

// said is the operator's log.
func (o *operator) said() string {
	o.t.Helper()
	text, err := os.ReadFile(o.log)
	must(o.t, err)
	return string(text)
}

// sender sends the callbacks of an IMApp.
func (o *operator) sender(namespace, app, token string) *fakeim.Sender {
	return &fakeim.Sender{URL: fmt.Sprintf("http://%s/callbacks/%s/%s", local(o.callback), namespace, app), SDKAppID: sdkAppID, Token: token}
}

// send sends a callback that must be acknowledged.
func (o *operator) send(s *fakeim.Sender, body any) {
	o.t.Helper()
	must(o.t, answered(o.t, s, body, 200))
}

// answered sends a callback and says whether it was answered with a status.
func answered(t *testing.T, s *fakeim.Sender, body any, status int) error {
	t.Helper()
	reply, err := s.Send(t.Context(), body)
	if err == nil && reply.HTTPStatus != status {
		err = fmt.Errorf("answered with HTTP %d %s, want %d", reply.HTTPStatus, reply.Raw, status)
	}
	return err
}

// freePort finds a port of loopback on which nothing listens, below those that other packages take.
func freePort(t *testing.T) int {
	t.Helper()
	const first, ports, tries = 10000, 2000, 100
	for range tries {
		port := first + rand.IntN(ports)
		if l, err := net.Listen("tcp4", local(port)); err == nil {
			must(t, l.Close())
			return port
		}
	}
	t.Fatal("no free port")
	return 0
}
