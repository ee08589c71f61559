// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package install

import (
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	rbacv1 "k8s.io/api/rbac/v1"

	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
	"github.com/imgroup-operator/imgroup-operator/test/harness"
)

// One operator serves two namespaces, with rights in these alone. Their IMApps have the same name and application, and
// the groups the same ids: nothing of the one reaches the other, and nothing a third that it does not serve.
func TestNamespacesAreApart(t *testing.T) {
	mine, other, third := newTenant(t), newTenant(t), newTenant(t)
	b := build(t, namespaced(t, mine.namespace, other.namespace))
	awaitRight(t, b.account(t), "", rbacv1.PolicyRule{Verbs: []string{"list"}, APIGroups: []string{"im.imgroup.dev"}, Resources: []string{"imapps"}}, false)
	b.grant(t)
	asked := newRecord(t)
	o := start(t, b, "--rest-allowed-hosts="+mine.url+","+other.url+","+third.url)
	for _, n := range []*tenant{mine, other} {
		n.awaitReason("Ready", "Ready")
		o.send(o.sender(n.namespace, appName, n.token()), fakeim.InfoChanged("g", at(1000), fakeim.Body{"Name": n.namespace}))
		n.awaitName("g", n.namespace)
		eventually(t, "nothing is left to write", func() error { return differs(0, len(n.groups()["g"].ManagedFields)) })
	}
	before := other.versions()

	liveADay(t, o, mine)
	must(t, differs(before, other.versions()))
	foreign := o.sender(other.namespace, appName, mine.token())
	must(t, answered(t, foreign, fakeim.InfoChanged("g", at(2000), fakeim.Body{"Name": "of a stranger"}), 403))
	must(t, answered(t, o.sender(third.namespace, appName, third.token()), fakeim.InfoChanged("g", at(2000), nil), 404))
	if len(third.groups()) > 0 || len(third.app().Status.Conditions) > 0 {
		t.Error("the third namespace was written")
	}
	o.stop()
	asked.checkAllowed()
	asked.checkWithin(mine.namespace, other.namespace)
}

// liveADay changes everything in a namespace.
func liveADay(t *testing.T, o *operator, n *tenant) {
	t.Helper()
	s := o.sender(n.namespace, appName, n.token())
	aDisbandedGroupExpires(t, o, n)
	_, err := n.cloud.Create(fakeim.Group{ID: "unheard", Name: "of", Owner: "leckie"}, fakeim.Somebody)
	must(t, err)
	n.resync()
	n.awaitName("unheard", "of")
	o.send(s, fakeim.InfoChanged("g", time.Now().UnixMilli(), fakeim.Body{"Name": "renamed"}))
	n.awaitName("g", "renamed")
	o.send(s, fakeim.Destroyed("g", time.Now().UnixMilli(), "leckie", "renamed"))
	n.forget()
	eventually(t, "the groups have lost their app", func() error { return answered(t, s, fakeim.InfoChanged("g", at(3000), nil), 404) })
}

// versions are the IMGroups with what tells any write.
func (n *tenant) versions() map[string]string {
	n.t.Helper()
	versions := map[string]string{"annotations": fmt.Sprint(n.app().Annotations)}
	for id, g := range n.groups() {
		versions[id] = g.Name + " " + g.ResourceVersion
	}
	return versions
}

// namespaced writes an overlay with rights in some namespaces.
func namespaced(t *testing.T, namespaces ...string) string {
	t.Helper()
	dir := overlay(t, []string{"namespaced"})
	text := "resources:\n- ../config/default\n"
	for _, n := range namespaces {
		text += "- " + n + "\n"
		write(t, filepath.Join(world.tree, dir, n, "kustomization.yaml"), "namespace: "+n+"\nresources: [../../config/components/namespaced/rights]\n")
	}
	text += "components: [../config/components/namespaced]\npatches:\n- target: {kind: StatefulSet, name: imgroup-operator}\n" +
		"  patch: |\n    - {op: add, path: /spec/template/spec/containers/0/args/-, value: \"--watch-namespaces=" + namespaces[0] + "," + namespaces[1] + "\"}\n"
	write(t, filepath.Join(world.tree, dir, "kustomization.yaml"), text)
	return dir
}

// checkWithin fails for what was asked in, or of, other namespaces. In its own the operator has its Lease.
func (r *record) checkWithin(namespaces ...string) {
	r.t.Helper()
	for _, q := range r.requests() {
		own := q.ObjectRef.Resource == "leases" && q.ObjectRef.Namespace == harness.SystemNamespace
		review := q.ObjectRef.Resource == "tokenreviews" || q.ObjectRef.Resource == "subjectaccessreviews"
		if !own && !review && !slices.Contains(namespaces, q.ObjectRef.Namespace) {
			r.t.Errorf("the operator asked elsewhere: %s %s", q.right(), q.RequestURI)
		}
	}
}
