// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package gitops

import (
	"context"
	"fmt"
	"testing"

	"k8s.io/client-go/rest"

	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
	"github.com/imgroup-operator/imgroup-operator/test/harness"
)

const (
	token    = "s3cr3t-token"
	sdkAppID = 1400000001
)

// operator is an operator process that serves one namespace.
type operator struct {
	*harness.Operator
	t         *testing.T
	namespace string
}

// startOperator starts an operator for a namespace and waits until it is ready; args come after the usual ones.
func startOperator(t *testing.T, namespace string, args ...string) *operator {
	t.Helper()
	return startOperatorAs(t, asOperator(t), namespace, args...)
}

// asOperator is how the operator reaches the API server.
func asOperator(t *testing.T) *rest.Config {
	t.Helper()
	config, err := harness.OperatorUser(world.env)
	must(t, err)
	return config
}

func startOperatorAs(t *testing.T, config *rest.Config, namespace string, args ...string) *operator {
	t.Helper()
	args = append([]string{"--metrics-bind-address=0", "--watch-namespaces=" + namespace, "--leader-elect=false"}, args...)
	o, err := harness.NewOperator(world.operator, t.TempDir(), config, args...)
	must(t, err)
	must(t, o.Start())
	t.Cleanup(func() { o.TearDown(t, token, harness.RefusedByRBAC) })
	must(t, o.AwaitReady(t.Context()))
	return &operator{o, t, namespace}
}

// send sends a callback of an app, which must be acknowledged.
func (o *operator) send(app string, body any, options ...fakeim.Option) {
	o.t.Helper()
	if err := o.trySend(o.t.Context(), app, body, options...); err != nil {
		o.t.Fatal(err)
	}
}

func (o *operator) trySend(ctx context.Context, app string, body any, options ...fakeim.Option) error {
	s := &fakeim.Sender{URL: o.URL(o.namespace, app), SDKAppID: sdkAppID, Token: token}
	reply, err := s.Send(ctx, body, options...)
	if err == nil && !reply.OK() {
		err = fmt.Errorf("not acknowledged: HTTP %d %s", reply.HTTPStatus, reply.Raw)
	}
	return err
}
