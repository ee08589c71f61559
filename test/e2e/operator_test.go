// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/test/child"
	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

const (
	patience  = 60 * time.Second // until something must have come true; generous for slow machines
	pollEvery = 20 * time.Millisecond
	token     = "s3cr3t-token"
	sdkAppID  = 1400000000
)

// operator is a running operator process.
type operator struct {
	t       *testing.T
	process *child.Process
	dir     string // journal and log
	args    []string
	ports   struct{ callback, health, metrics int }
}

// startOperator starts an operator for some namespaces and waits until it is ready.
func startOperator(t *testing.T, namespace string, args ...string) *operator {
	t.Helper()
	o := newOperator(t, namespace, args...)
	o.start()
	o.awaitReady()
	return o
}

func newOperator(t *testing.T, namespace string, args ...string) *operator {
	t.Helper()
	o := &operator{t: t, dir: t.TempDir()}
	ports := freePorts(t, 3)
	o.ports.callback, o.ports.health, o.ports.metrics = ports[0], ports[1], ports[2]
	kubeconfig := filepath.Join(o.dir, "kubeconfig")
	if err := world.env.Kubeconfig(kubeconfig); err != nil {
		t.Fatal(err)
	}
	o.args = append([]string{
		"--kubeconfig=" + kubeconfig,
		"--journal-dir=" + filepath.Join(o.dir, "journal"),
		"--callback-bind-address=" + local(o.ports.callback),
		"--health-probe-bind-address=" + local(o.ports.health),
		"--metrics-bind-address=" + local(o.ports.metrics),
		"--watch-namespaces=" + namespace,
		"--leader-elect=false",
	}, args...)
	t.Cleanup(func() {
		if o.process != nil {
			if err := o.process.Stop(30 * time.Second); err != nil {
				t.Error(err)
			}
		}
		if t.Failed() {
			t.Logf("the operator's log:\n%s", o.log())
		}
		if strings.Contains(o.log(), "DATA RACE") {
			t.Errorf("the operator has a data race:\n%s", o.log())
		}
	})
	return o
}

func (o *operator) start() {
	o.t.Helper()
	var err error
	o.process, err = child.Start(child.Options{Path: world.binary, Args: o.args, Log: o.logFile()})
	if err != nil {
		o.t.Fatal(err)
	}
}

func (o *operator) logFile() string { return filepath.Join(o.dir, "log") }

func (o *operator) log() string {
	b, _ := os.ReadFile(o.logFile())
	return string(b)
}

func (o *operator) awaitReady() {
	o.t.Helper()
	eventually(o.t, "the operator is ready", func() error {
		if err := o.process.Err(); err != nil {
			o.t.Fatal(err)
		}
		return isOK("http://" + local(o.ports.health) + "/readyz")
	})
}

// sender sends callbacks of an app.
func (o *operator) sender(namespace, app string) *fakeim.Sender {
	return &fakeim.Sender{URL: fmt.Sprintf("http://%s/callbacks/%s/%s", local(o.ports.callback), namespace, app),
		SDKAppID: sdkAppID, Token: token}
}

// metric reads one line of the operator's metrics, by its name with labels.
func (o *operator) metric(name string) string {
	o.t.Helper()
	body, err := get("http://" + local(o.ports.metrics) + "/metrics")
	if err != nil {
		o.t.Fatal(err)
	}
	for line := range strings.Lines(body) {
		if value, ok := strings.CutPrefix(line, name+" "); ok {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// newNamespace makes a namespace of its own for a test.
func newNamespace(t *testing.T) string {
	t.Helper()
	ns := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "e2e-"}}
	create(t, ns)
	return ns.Name
}

// newApp makes an IMApp with its Secret.
func newApp(t *testing.T, namespace, name string, edit ...func(*imv1alpha1.IMApp)) *imv1alpha1.IMApp {
	t.Helper()
	create(t, &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name},
		StringData: map[string]string{"token": token}})
	app := &imv1alpha1.IMApp{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name},
		Spec: imv1alpha1.IMAppSpec{SDKAppID: sdkAppID,
			Callback: imv1alpha1.IMAppCallback{TokenSecretRef: &imv1alpha1.SecretReference{Name: name}}}}
	for _, f := range edit {
		f(app)
	}
	create(t, app)
	return app
}

func create(t *testing.T, o client.Object) {
	t.Helper()
	if err := world.admin.Create(t.Context(), o); err != nil {
		t.Fatal(err)
	}
}

// groups lists the IMGroups of a namespace by group id.
func groups(t *testing.T, namespace string) map[string]imv1alpha1.IMGroup {
	t.Helper()
	var list imv1alpha1.IMGroupList
	if err := world.admin.List(t.Context(), &list, client.InNamespace(namespace)); err != nil {
		t.Fatal(err)
	}
	byID := map[string]imv1alpha1.IMGroup{}
	for _, g := range list.Items {
		byID[g.Spec.GroupID] = g
	}
	return byID
}

// send sends a callback that must be acknowledged.
func send(t *testing.T, s *fakeim.Sender, body any, options ...fakeim.Option) {
	t.Helper()
	reply, err := s.Send(t.Context(), body, options...)
	if err != nil {
		t.Fatal(err)
	}
	if !reply.OK() {
		t.Fatalf("not acknowledged: %d %s", reply.HTTPStatus, reply.Raw)
	}
}

// eventually waits until a check has no error.
func eventually(t *testing.T, what string, check func() error) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	poll := time.NewTicker(pollEvery)
	defer poll.Stop()
	for {
		err := check()
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("%s: not within %s: %v", what, patience, err)
		case <-poll.C:
		}
	}
}

func isOK(url string) error {
	body, err := get(url)
	if err != nil {
		return fmt.Errorf("%s: %w", body, err)
	}
	return nil
}

func get(url string) (string, error) {
	client := http.Client{Timeout: 5 * time.Second}
	response, err := client.Get(url)
	if err != nil {
		return "", err
	}
	defer func() { _ = response.Body.Close() }()
	body, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode != http.StatusOK {
		err = fmt.Errorf("status %d", response.StatusCode)
	}
	return string(body), err
}

func local(port int) string { return fmt.Sprintf("127.0.0.1:%d", port) }

func freePorts(t *testing.T, n int) []int {
	t.Helper()
	ports := make([]int, 0, n)
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = l.Close() }()
		ports = append(ports, l.Addr().(*net.TCPAddr).Port)
	}
	return ports
}
