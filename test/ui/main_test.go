// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package ui looks at the page of kubectl imgroup ui as people do: in a browser, with the real plugin, the real operator
// and a real API server.
package ui

import (
	"context"
	"errors"
	"flag"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
	"github.com/imgroup-operator/imgroup-operator/test/harness"
	"github.com/imgroup-operator/imgroup-operator/test/localenv"
)

// world is what all tests of this package share.
var world struct {
	env        *localenv.Env
	admin      client.Client
	plugin     string // the program
	manager    string // the operator
	kubeconfig string
	operator   *harness.Operator
	browser    context.Context // of chromedp
}

const (
	root     = "../.."
	token    = "s3cr3t-token"
	sdkAppID = 1400000001
)

var update = flag.Bool("update", false, "write the pictures of docs/ui")

var (
	must       = harness.Must
	eventually = harness.Eventually
)

func TestMain(m *testing.M) {
	harness.Main(m, "ui", startBrowser, build, startControlPlane, startOperator, populate)
}

func build(s *harness.SetUp) error {
	world.plugin, world.manager, world.kubeconfig = s.Path("kubectl-imgroup"), s.Path("manager"), s.Path("kubeconfig")
	return errors.Join(harness.BuildOurs(s, root, world.plugin, "./cmd/kubectl-imgroup"), harness.BuildOurs(s, root, world.manager, "."))
}

func startControlPlane(s *harness.SetUp) (err error) {
	if world.env, world.admin, err = s.ControlPlane(localenv.Options{CRDs: []string{root + "/config/crd/bases"}}); err != nil {
		return err
	}
	return world.env.Kubeconfig(world.kubeconfig)
}

func startOperator(s *harness.SetUp) (err error) {
	world.operator, err = harness.NewOperator(world.manager, s.Dir, world.env.Config, "--leader-elect=false", "--metrics-bind-address=0",
		"--rest-allowed-hosts=http://127.0.0.1:1")
	if err != nil {
		return err
	}
	if err := world.operator.Start(); err != nil {
		return err
	}
	s.AtEnd(func() { _ = world.operator.Kill() })
	return world.operator.AwaitReady(s)
}

// The namespaces, each with an IMApp support, and what else is in them.
var namespaces = map[string][]client.Object{
	"live":    nil,
	"filters": {app("filters", "games", signed)},
	"panel":   nil,
	"keys":    nil,
	"hostile": nil,
	"many":    nil,
	"outage":  nil,
	"safe":    nil,
	"words":   nil,
	"wrong": {
		app("wrong", "trial", func(s *imv1alpha1.IMAppSpec) { s.Callback.AllowUnsigned = true }),
		app("wrong", "waiting", func(s *imv1alpha1.IMAppSpec) {
			s.Callback.TokenSecretRef = &imv1alpha1.SecretReference{Name: "no-such-secret"}
		}),
		app("wrong", "cloud", unreachable),
	},
	"shop": {app("shop", "guilds", signed), app("shop", "trial", func(s *imv1alpha1.IMAppSpec) { s.Callback.AllowUnsigned = true })},
}

func signed(s *imv1alpha1.IMAppSpec) {
	s.Callback.TokenSecretRef = &imv1alpha1.SecretReference{Name: "token"}
}

// unreachable lets resyncs fail.
func unreachable(s *imv1alpha1.IMAppSpec) {
	signed(s)
	s.Rest = &imv1alpha1.IMAppREST{BaseURL: "http://127.0.0.1:1", AdminUserID: "administrator", SecretKeySecretRef: imv1alpha1.SecretReference{Name: "token"}}
}

func app(namespace, name string, edit func(*imv1alpha1.IMAppSpec)) client.Object {
	a := &imv1alpha1.IMApp{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}, Spec: imv1alpha1.IMAppSpec{SDKAppID: sdkAppID}}
	edit(&a.Spec)
	return a
}

func populate(s *harness.SetUp) error {
	for name, more := range namespaces {
		for _, o := range append([]client.Object{
			&corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}},
			&corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: name, Name: "token"}, StringData: map[string]string{"token": token, "secretKey": token}},
			app(name, "support", signed)}, more...) {
			if err := world.admin.Create(s, o); err != nil {
				return err
			}
		}
	}
	return harness.AwaitApps(s, world.admin)
}

// told sends a callback that must be acknowledged.
func told(t *testing.T, namespace, app string, body fakeim.Body, options ...fakeim.Option) {
	t.Helper()
	s := &fakeim.Sender{URL: world.operator.URL(namespace, app), SDKAppID: sdkAppID, Token: token}
	reply, err := s.Send(t.Context(), body, options...)
	must(t, err)
	if !reply.OK() {
		t.Fatalf("not acknowledged: HTTP %d %s", reply.HTTPStatus, reply.Raw)
	}
}
