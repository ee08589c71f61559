// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

//go:build nginx

package mirror

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/test/harness"
	"github.com/imgroup-operator/imgroup-operator/test/localenv"
)

const (
	root     = "../.."
	sdkAppID = 1400000001
	token    = "s3cr3t-token"
)

var (
	must       = harness.Must
	eventually = harness.Eventually
)

// world is what all tests of this package share.
var world struct {
	env     *localenv.Env
	admin   client.Client
	program string // the operator
}

func TestMain(m *testing.M) {
	harness.Main(m, "mirror", func(s *harness.SetUp) (err error) {
		world.program = s.Path("manager")
		if err := harness.BuildOurs(s, root, world.program); err != nil {
			return err
		}
		if world.env, world.admin, err = s.ControlPlane(localenv.Options{CRDs: []string{root + "/config/crd/bases"}}); err != nil {
			return err
		}
		return harness.ApplyRBAC(s, world.admin, root+"/config/rbac")
	})
}

// startOperator starts an operator for a new namespace, with an IMApp chat.
func startOperator(t *testing.T) (o *harness.Operator, namespace string) {
	t.Helper()
	ns := &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{GenerateName: "mirror-"}}
	must(t, world.admin.Create(t.Context(), ns))
	must(t, world.admin.Create(t.Context(), &corev1.Secret{
		ObjectMeta: metav1.ObjectMeta{Namespace: ns.Name, Name: "token"}, StringData: map[string]string{"token": token}}))
	must(t, world.admin.Create(t.Context(), &imv1alpha1.IMApp{ObjectMeta: metav1.ObjectMeta{Namespace: ns.Name, Name: "chat"},
		Spec: imv1alpha1.IMAppSpec{SDKAppID: sdkAppID,
			Callback: imv1alpha1.IMAppCallback{TokenSecretRef: &imv1alpha1.SecretReference{Name: "token"}}}}))
	user, err := harness.OperatorUser(world.env)
	must(t, err)
	o, err = harness.NewOperator(world.program, t.TempDir(), user, "--metrics-bind-address=0", "--watch-namespaces="+ns.Name, "--leader-elect=false")
	must(t, err)
	must(t, o.Start())
	t.Cleanup(func() { o.TearDown(t, token) })
	must(t, o.AwaitReady(t.Context()))
	return o, ns.Name
}
