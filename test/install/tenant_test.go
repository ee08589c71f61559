// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package install

import (
	"context"
	"fmt"
	"net/http/httptest"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

// tenant is a namespace with an IMApp and its application at Tencent. All tenants have the same names and ids; only
// their tokens differ.
type tenant struct {
	t         *testing.T
	namespace string
	cloud     *fakeim.Cloud
	url       string // of the REST API
}

const (
	appName  = "chat"
	cloudKey = "5bd2850fff3ecb11d7c805251c51ee463a25727bddc2385f3fa8bfee1bb93b5e"
)

func newTenant(t *testing.T) *tenant {
	t.Helper()
	return tenantIn(t, newNamespace(t))
}

func tenantIn(t *testing.T, namespace string) *tenant {
	t.Helper()
	n := &tenant{t: t, namespace: namespace, cloud: fakeim.NewCloud(fakeim.Config{SDKAppID: sdkAppID, Key: cloudKey})}
	server := httptest.NewServer(n.cloud)
	t.Cleanup(server.Close)
	n.url = server.URL
	for name, data := range map[string]map[string]string{"token": {"token": n.token()}, "rest": {"secretKey": cloudKey}} {
		create(t, &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: n.namespace, Name: name}, StringData: data})
	}
	n.createApp()
	return n
}

func (n *tenant) token() string { return "token-of-" + n.namespace }

// createApp makes the IMApp, with a resync on demand.
func (n *tenant) createApp() {
	n.t.Helper()
	create(n.t, &imv1alpha1.IMApp{ObjectMeta: metav1.ObjectMeta{Namespace: n.namespace, Name: appName}, Spec: imv1alpha1.IMAppSpec{
		SDKAppID: sdkAppID,
		Callback: imv1alpha1.IMAppCallback{TokenSecretRef: &imv1alpha1.SecretReference{Name: "token"}},
		Rest: &imv1alpha1.IMAppREST{BaseURL: n.url, AdminUserID: "administrator", ResyncIntervalSeconds: ref(int32(0)),
			SecretKeySecretRef: imv1alpha1.SecretReference{Name: "rest"}},
	}})
}

func (n *tenant) app() *imv1alpha1.IMApp {
	n.t.Helper()
	app := &imv1alpha1.IMApp{ObjectMeta: metav1.ObjectMeta{Namespace: n.namespace, Name: appName}}
	must(n.t, world.admin.Get(n.t.Context(), client.ObjectKeyFromObject(app), app))
	return app
}

// groups are the IMGroups by the ids of their groups.
func (n *tenant) groups() map[string]imv1alpha1.IMGroup {
	n.t.Helper()
	var list imv1alpha1.IMGroupList
	must(n.t, world.admin.List(n.t.Context(), &list, client.InNamespace(n.namespace)))
	groups := map[string]imv1alpha1.IMGroup{}
	for _, g := range list.Items {
		groups[g.Spec.GroupID] = g
	}
	return groups
}

// awaitName waits until a group has a name.
func (n *tenant) awaitName(id, name string) {
	n.t.Helper()
	eventually(n.t, id+" has the name "+name, func() error {
		if g := n.groups()[id]; !is(g.Status.Name, name) {
			return fmt.Errorf("the status is %+v", g.Status)
		}
		return nil
	})
}

// awaitReason waits until a condition of the IMApp is True for a reason.
func (n *tenant) awaitReason(condition, reason string) {
	n.t.Helper()
	eventually(n.t, condition+" "+reason, func() error {
		c := meta.FindStatusCondition(n.app().Status.Conditions, condition)
		if c == nil || c.Status != metav1.ConditionTrue || c.Reason != reason {
			return fmt.Errorf("%+v", c)
		}
		return nil
	})
}

// resync asks for a resync, as a user does, and waits for its end.
func (n *tenant) resync() {
	n.t.Helper()
	request := time.Now().Format(time.RFC3339Nano)
	update(n.t, n.app(), func(a *imv1alpha1.IMApp) {
		a.Annotations = map[string]string{imv1alpha1.AnnotationResyncRequestedAt: request}
	})
	eventually(n.t, "the resync is done", func() error {
		if s := n.app().Status.Resync; s == nil || s.LastHandledRequest != request || s.CompletionTime == nil {
			return fmt.Errorf("status.resync is %+v", s)
		}
		return nil
	})
}

// forget deletes the IMApp. No garbage collector runs here: its IMGroups stay.
func (n *tenant) forget() {
	n.t.Helper()
	must(n.t, world.admin.Delete(context.WithoutCancel(n.t.Context()), n.app()))
}
