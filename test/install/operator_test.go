// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package install

import (
	"fmt"
	"slices"
	"testing"
	"time"

	appsv1 "k8s.io/api/apps/v1"

	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
	"github.com/imgroup-operator/imgroup-operator/test/harness"
)

// sdkAppID is that of the application of the tests.
const sdkAppID = 1400000000

// began is when the events of these tests happen.
var began = time.Now().UnixMilli()

// at is an event time, in milliseconds after that.
func at(ms int64) int64 { return began + ms }

// operator is an operator process that runs with the arguments and the rights of a bundle.
type operator struct {
	*harness.Operator
	t *testing.T
}

// start runs the operator as a Pod of the bundle does, but for addresses and files. More arguments win.
func start(t *testing.T, b bundle, more ...string) *operator {
	t.Helper()
	account := b.account(t)
	user, err := world.env.ServiceAccount(account.Namespace, account.Name)
	must(t, err)
	ours, err := harness.NewOperator(world.operator, t.TempDir(), user, more...)
	must(t, err)
	o := &operator{ours, t}
	o.Args = append(slices.Clone(one[appsv1.StatefulSet](t, b, "StatefulSet").Spec.Template.Spec.Containers[0].Args), o.Args...)
	o.Env = []string{"POD_NAMESPACE=" + account.Namespace}
	must(t, o.Start())
	t.Cleanup(func() { o.TearDown(t) })
	must(t, o.AwaitReady(t.Context()))
	return o
}

// stop ends the operator before the end of the test.
func (o *operator) stop() {
	o.t.Helper()
	must(o.t, o.Stop(harness.StopGrace))
}

// sender sends the callbacks of an IMApp.
func (o *operator) sender(namespace, app, token string) *fakeim.Sender {
	return &fakeim.Sender{URL: o.URL(namespace, app), SDKAppID: sdkAppID, Token: token}
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
