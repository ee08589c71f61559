// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package recipes

import (
	"fmt"
	"path/filepath"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
	"github.com/imgroup-operator/imgroup-operator/test/harness"
)

// The recipes are for the IMApp chat in the namespace chat.
const (
	namespace = "chat"
	appName   = "chat"
	token     = "s3cr3t-token"
	sdkAppID  = 1400000001
)

// startOperator starts the operator that serves all tests.
func startOperator(s *harness.SetUp) (err error) {
	if err := world.env.Kubeconfig(adminConfig()); err != nil {
		return err
	}
	world.operator, err = harness.NewOperator(filepath.Join(world.bin, "manager"), s.Dir, world.env.Config,
		"--metrics-bind-address=0", "--leader-elect=false")
	if err != nil {
		return err
	}
	if err := world.operator.Start(); err != nil {
		return err
	}
	s.AtEnd(func() { _ = world.operator.Process.Stop(harness.StopGrace) })
	return world.operator.AwaitReady(s)
}

// sender sends the callbacks of the IMApp.
func sender() *fakeim.Sender {
	return &fakeim.Sender{SDKAppID: sdkAppID, Token: token, URL: world.operator.URL(namespace, appName)}
}

// createApp makes the namespace, in which only Pods may run that the strictest Pod Security Standard allows, and the
// IMApp in it.
func createApp(ctx *harness.SetUp) error {
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
	return harness.Await(ctx, "the operator serves the IMApp", func() error {
		reply, err := sender().Send(ctx, []byte("{}"), fakeim.WithCommand("Group.CallbackAfterSendMsg"))
		if err == nil && !reply.OK() {
			err = fmt.Errorf("answered with HTTP %d", reply.HTTPStatus)
		}
		return err
	})
}

// at is an event time, that many milliseconds after 2026 began.
func at(ms int64) int64 { return 1_767_225_600_000 + ms }

// change sends a callback about a group; the change happened at(ms).
func change(t *testing.T, group string, ms int64, changes fakeim.Body) {
	t.Helper()
	send(t, fakeim.InfoChanged(group, at(ms), changes))
}

func send(t *testing.T, body fakeim.Body) {
	t.Helper()
	reply, err := sender().Send(t.Context(), body)
	must(t, err)
	if !reply.OK() {
		t.Fatalf("answered with HTTP %d %s", reply.HTTPStatus, reply.Raw)
	}
}
