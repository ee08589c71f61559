// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package gitops

import (
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"k8s.io/client-go/rest"

	"github.com/imgroup-operator/imgroup-operator/test/child"
	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
	"github.com/imgroup-operator/imgroup-operator/test/localenv"
)

const (
	token    = "s3cr3t-token"
	sdkAppID = 1400000001
	// stopGrace is the Pod's terminationGracePeriodSeconds of config/manager.
	stopGrace = 60 * time.Second
)

// operator is an operator process that serves one namespace.
type operator struct {
	t         *testing.T
	namespace string
	process   *child.Process
	log       string
	callbacks int // port
}

// startOperator starts an operator for a namespace and waits until it is ready; args come after the usual ones.
func startOperator(t *testing.T, namespace string, args ...string) *operator {
	t.Helper()
	return startOperatorAs(t, asOperator(t), namespace, args...)
}

// asOperator is how the operator reaches the API server.
func asOperator(t *testing.T) *rest.Config {
	t.Helper()
	config, err := world.env.ServiceAccount(systemNamespace, serviceAccount)
	must(t, err)
	return config
}

func startOperatorAs(t *testing.T, config *rest.Config, namespace string, args ...string) *operator {
	t.Helper()
	dir := t.TempDir()
	o := &operator{t: t, namespace: namespace, log: filepath.Join(dir, "log"), callbacks: freePort(t)}
	kubeconfig, health := filepath.Join(dir, "kubeconfig"), freePort(t)
	must(t, localenv.WriteKubeconfig(kubeconfig, config))
	var err error
	o.process, err = child.Start(child.Options{Path: world.operator, Log: o.log, Args: append([]string{
		"--kubeconfig=" + kubeconfig, "--journal-dir=" + filepath.Join(dir, "journal"),
		"--callback-bind-address=" + loopback(o.callbacks), "--health-probe-bind-address=" + loopback(health),
		"--metrics-bind-address=0", "--watch-namespaces=" + namespace, "--leader-elect=false"}, args...)})
	must(t, err)
	t.Cleanup(o.tearDown)
	eventually(t, "the operator is ready", func() error { return o.ready("http://" + loopback(health) + "/readyz") })
	return o
}

func (o *operator) ready(url string) error {
	if err := o.process.Err(); err != nil {
		o.t.Fatal(err)
	}
	client := http.Client{Timeout: 5 * time.Second}
	response, err := client.Get(url)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("HTTP %d", response.StatusCode)
	}
	return nil
}

// tearDown ends the operator and looks in its log for what no operator may do.
func (o *operator) tearDown() {
	if err := o.process.Stop(stopGrace); err != nil {
		o.t.Error(err)
	}
	text, err := os.ReadFile(o.log)
	if err != nil {
		o.t.Error(err)
	}
	for _, fault := range []string{"DATA RACE", "panic: ", "Observed a panic", token, refusedByRBAC} {
		if strings.Contains(string(text), fault) {
			o.t.Errorf("the operator's log has %q", fault)
		}
	}
	if o.t.Failed() {
		o.t.Logf("the end of the operator's log:\n%s", text[max(0, len(text)-8000):])
	}
}

// send sends a callback of an app, which must be acknowledged.
func (o *operator) send(app string, body any, options ...fakeim.Option) {
	o.t.Helper()
	if err := o.trySend(o.t.Context(), app, body, options...); err != nil {
		o.t.Fatal(err)
	}
}

func (o *operator) trySend(ctx context.Context, app string, body any, options ...fakeim.Option) error {
	s := &fakeim.Sender{URL: fmt.Sprintf("http://%s/callbacks/%s/%s", loopback(o.callbacks), o.namespace, app), SDKAppID: sdkAppID, Token: token}
	reply, err := s.Send(ctx, body, options...)
	if err == nil && !reply.OK() {
		err = fmt.Errorf("not acknowledged: HTTP %d %s", reply.HTTPStatus, reply.Raw)
	}
	return err
}

func freePort(t *testing.T) int {
	t.Helper()
	port, err := localenv.FreePort()
	must(t, err)
	return port
}

func loopback(port int) string { return fmt.Sprintf("127.0.0.1:%d", port) }
