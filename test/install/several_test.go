// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package install

import (
	"context"
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

// The two installations of docs/install.md are in one cluster: nothing of the one is replaced by the other, each may
// what it must in its own namespaces and nothing elsewhere, and both serve.
func TestTwoInstallationsAreApart(t *testing.T) {
	writeDocument(t)
	haveNamespace(t, "chat")
	haveNamespace(t, "shop")
	first, second := build(t, "deploy-chat"), build(t, "deploy-shop")
	a := newApplier(t)
	for _, b := range []bundle{first, second} {
		a.install(t, b)
	}
	for _, o := range first {
		if second.named(o.GetKind(), o.GetNamespace(), o.GetName()) != nil {
			t.Errorf("both have the %s %s", o.GetKind(), o.GetName())
		}
	}
	for _, b := range []bundle{first, second} {
		b.awaitRights(t)
	}
	must(t, differs(rightsOf("chat", "imgroup-system"), mayWhere(t, first)))
	must(t, differs(rightsOf("shop", "imgroup-shop"), mayWhere(t, second)))

	chat, shop := serve(t, first, "chat"), serve(t, second, "shop")
	must(t, answered(t, chat.sender("shop", appName, "token-of-shop"), fakeim.InfoChanged("g", at(2000), nil), 404))
	must(t, answered(t, shop.sender("chat", appName, "token-of-chat"), fakeim.InfoChanged("g", at(2000), nil), 404))
}

// What a component brings leads to the second installation's own Service, whose name has a suffix.
func TestTheWaysInLeadToTheirOwnInstallation(t *testing.T) {
	overlays := writeDocument(t)
	shop := overlays[slices.IndexFunc(overlays, func(w written) bool { return w.dir == "deploy-shop" })]
	for _, component := range []string{"ingress", "gateway-api", "cert-manager", "prometheus", "mirror"} {
		checkParts(t, build(t, shop.with(t, component)))
	}
}

// asked are rights, each of which the operator needs somewhere.
var asked = map[string]rbacv1.PolicyRule{
	"get secrets":           {Verbs: []string{"get"}, APIGroups: []string{""}, Resources: []string{"secrets"}},
	"list imapps":           {Verbs: []string{"list"}, APIGroups: []string{"im.imgroup.dev"}, Resources: []string{"imapps"}},
	"patch imgroups/status": {Verbs: []string{"patch"}, APIGroups: []string{"im.imgroup.dev"}, Resources: []string{"imgroups/status"}},
	"delete imgroups":       {Verbs: []string{"delete"}, APIGroups: []string{"im.imgroup.dev"}, Resources: []string{"imgroups"}},
	"create leases":         {Verbs: []string{"create"}, APIGroups: []string{"coordination.k8s.io"}, Resources: []string{"leases"}},
}

// rightsOf says where an installation in the namespace home that serves another one should have them.
func rightsOf(served, home string) map[string][]string {
	want := map[string][]string{"create leases": {home}}
	for _, word := range []string{"get secrets", "list imapps", "patch imgroups/status", "delete imgroups"} {
		want[word] = []string{served}
	}
	return want
}

// mayWhere says where the operator of a bundle has them; "" is everywhere.
func mayWhere(t *testing.T, b bundle) map[string][]string {
	t.Helper()
	got := map[string][]string{}
	for word, rule := range asked {
		for _, ns := range []string{"", "chat", "shop", "default", "kube-system", "imgroup-system", "imgroup-shop"} {
			if may(t, b.account(t), ns, rule) {
				got[word] = append(got[word], ns)
			}
		}
	}
	return got
}

// serve starts the operator of a bundle, and sees it take a callback of a tenant and write it.
func serve(t *testing.T, b bundle, namespace string) *operator {
	t.Helper()
	n := tenantIn(t, namespace)
	t.Cleanup(n.leave)
	o := start(t, b, "--rest-allowed-hosts="+n.url)
	n.awaitReason("Ready", "Ready")
	o.send(o.sender(namespace, appName, n.token()), fakeim.InfoChanged("g", at(1000), fakeim.Body{"Name": "of " + namespace}))
	n.awaitName("g", "of "+namespace)
	return o
}

// leave deletes all that a tenant has.
func (n *tenant) leave() {
	for _, o := range []client.Object{&imv1alpha1.IMApp{}, &imv1alpha1.IMGroup{}, &corev1.Secret{}} {
		if err := world.admin.DeleteAllOf(context.WithoutCancel(n.t.Context()), o, client.InNamespace(n.namespace)); err != nil {
			n.t.Error(err)
		}
	}
}
