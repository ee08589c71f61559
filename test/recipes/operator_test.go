// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package recipes

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"path/filepath"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/test/child"
	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
	"github.com/imgroup-operator/imgroup-operator/test/localenv"
)

// The recipes are for the IMApp chat in the namespace chat.
const (
	namespace = "chat"
	appName   = "chat"
	token     = "s3cr3t-token"
	sdkAppID  = 1400000001
	stopGrace = 60 * time.Second
)

// operator is the operator that serves all tests.
type operator struct {
	process *child.Process
	sender  *fakeim.Sender
}

func startOperator(ctx context.Context) (*operator, error) {
	kubeconfig := filepath.Join(world.dir, "admin.kubeconfig")
	if err := world.env.Kubeconfig(kubeconfig); err != nil {
		return nil, err
	}
	callback, health := local(freePort()), local(freePort())
	process, err := child.Start(child.Options{Path: filepath.Join(world.bin, "manager"), Log: filepath.Join(world.dir, "manager.log"), Args: []string{
		"--kubeconfig=" + kubeconfig, "--journal-dir=" + filepath.Join(world.dir, "journal"), "--callback-bind-address=" + callback,
		"--health-probe-bind-address=" + health, "--metrics-bind-address=0", "--leader-elect=false"}})
	if err != nil {
		return nil, err
	}
	o := &operator{process: process, sender: &fakeim.Sender{SDKAppID: sdkAppID, Token: token,
		URL: fmt.Sprintf("http://%s/callbacks/%s/%s", callback, namespace, appName)}}
	return o, await(ctx, func() error { return errors.Join(process.Err(), isOK("http://"+health+"/readyz")) })
}

// createApp makes the namespace, in which only Pods may run that the strictest Pod Security Standard allows, and the
// IMApp in it.
func createApp(ctx context.Context) error {
	restricted := map[string]string{}
	for _, mode := range []string{"enforce", "warn", "audit"} {
		restricted["pod-security.kubernetes.io/"+mode] = "restricted"
	}
	meta := metav1.ObjectMeta{Namespace: namespace, Name: "chat-callback-token"}
	for _, o := range []client.Object{
		&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: namespace, Labels: restricted}},
		&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "imgroup-system", Labels: restricted}},
		&corev1.Secret{ObjectMeta: meta, StringData: map[string]string{"token": token}},
		&imv1alpha1.IMApp{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: appName}, Spec: imv1alpha1.IMAppSpec{
			SDKAppID: sdkAppID, Callback: imv1alpha1.IMAppCallback{TokenSecretRef: &imv1alpha1.SecretReference{Name: meta.Name}}}},
	} {
		if err := world.admin.Create(ctx, o); err != nil {
			return err
		}
	}
	return await(ctx, func() error {
		reply, err := world.operator.sender.Send(ctx, []byte("{}"), fakeim.WithCommand("Group.CallbackAfterSendMsg"))
		if err == nil && !reply.OK() {
			err = fmt.Errorf("answered with HTTP %d", reply.HTTPStatus)
		}
		return err
	})
}

// change sends a callback about a group, with the time as it has them, in milliseconds.
func change(t *testing.T, group string, at int64, changes fakeim.Body) {
	t.Helper()
	send(t, fakeim.InfoChanged(group, at, changes))
}

func send(t *testing.T, body fakeim.Body) {
	t.Helper()
	reply, err := world.operator.sender.Send(t.Context(), body)
	must(t, err)
	if !reply.OK() {
		t.Fatalf("answered with HTTP %d %s", reply.HTTPStatus, reply.Raw)
	}
}

func isOK(url string) error {
	c := http.Client{Timeout: 5 * time.Second}
	response, err := c.Get(url)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return errors.New(response.Status)
	}
	return nil
}

func local(port int) string { return fmt.Sprintf("127.0.0.1:%d", port) }

func freePort() int {
	port, err := localenv.FreePort()
	if err != nil {
		panic(err)
	}
	return port
}
