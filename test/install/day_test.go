// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package install

import (
	"errors"
	"fmt"
	"testing"
	"time"

	coordinationv1 "k8s.io/api/coordination/v1"
	corev1 "k8s.io/api/core/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
	"github.com/imgroup-operator/imgroup-operator/test/harness"
)

// A day of the operator needs every right that config/default gives it, and no other.
func TestTheOperatorHasTheRightsThatItUsesAndNoOther(t *testing.T) {
	t.Setenv("KUBE_FEATURE_WatchListClient", "false") // as with an API server that streams no lists
	b := build(t, "config/default")
	b.grant(t)
	lease := &coordinationv1.Lease{ObjectMeta: metav1.ObjectMeta{Namespace: harness.SystemNamespace, Name: "imgroup-operator"}}
	must(t, client.IgnoreNotFound(world.admin.Delete(t.Context(), lease))) // of another test's operator
	n := newTenant(t)
	asked := newRecord(t)
	o := start(t, b, "--rest-allowed-hosts="+n.url)
	n.awaitReason("Ready", "Ready")
	for _, step := range []func(*testing.T, *operator, *tenant){
		callbacksArrive, aTokenIsChanged, aResyncIsAskedFor, aGroupBeginsAnew, theAppIsSuspended, theAppIsMadeAgain,
		aDisbandedGroupExpires, metricsAreRead,
	} {
		step(t, o, n)
	}
	eventually(t, "every right was needed", func() error { return asked.uses(b.rights(t)) })
	o.stop()
	asked.checkAllowed()
}

func callbacksArrive(t *testing.T, o *operator, n *tenant) {
	create(t, &imv1alpha1.IMGroup{ObjectMeta: metav1.ObjectMeta{Namespace: n.namespace, Name: "mine"},
		Spec: imv1alpha1.IMGroupSpec{AppRef: imv1alpha1.AppReference{Name: appName}, GroupID: "declared"}})
	eventually(t, "the declared group is known to the operator, which else makes one of its own", func() error {
		if len(n.groups()["declared"].Status.Conditions) == 0 {
			return errors.New("not yet")
		}
		return nil
	})
	for _, id := range []string{"created", "declared"} {
		o.send(o.sender(n.namespace, appName, n.token()), fakeim.InfoChanged(id, at(1000), fakeim.Body{"Name": "ops"}))
		n.awaitName(id, "ops")
	}
}

func aTokenIsChanged(t *testing.T, o *operator, n *tenant) {
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: n.namespace, Name: "token"}}
	update(t, secret, func(s *corev1.Secret) { s.StringData = map[string]string{"token": "new", "previousToken": n.token()} })
	eventually(t, "the new token is accepted", func() error {
		return answered(t, o.sender(n.namespace, appName, "new"), fakeim.InfoChanged("created", at(2000), fakeim.Body{"Name": "renamed"}), 200)
	})
	n.awaitName("created", "renamed")
}

func aResyncIsAskedFor(t *testing.T, _ *operator, n *tenant) {
	_, err := n.cloud.Create(fakeim.Group{ID: "unheard", Name: "of", Owner: "leckie"}, fakeim.Somebody)
	must(t, err)
	n.resync()
	n.awaitName("unheard", "of")
}

// aGroupBeginsAnew needs the texts of the old group, which the cache does not hold. Times are of now: a resync has
// settled what was before it.
func aGroupBeginsAnew(_ *testing.T, o *operator, n *tenant) {
	s := o.sender(n.namespace, appName, n.token())
	o.send(s, fakeim.Created("again", time.Now().UnixMilli(), "leckie", "first"))
	n.awaitName("again", "first")
	o.send(s, fakeim.Destroyed("again", time.Now().UnixMilli(), "leckie", "first"))
	o.send(s, fakeim.Created("again", time.Now().UnixMilli()+1, "leckie", "second"))
	n.awaitName("again", "second")
}

// theAppIsSuspended and resumed: then the operator asks for a resync by itself.
func theAppIsSuspended(t *testing.T, _ *operator, n *tenant) {
	before := n.app().Annotations[imv1alpha1.AnnotationResyncRequestedAt]
	update(t, n.app(), func(a *imv1alpha1.IMApp) { a.Spec.Suspend = true })
	n.awaitReason("Ready", "Suspended")
	update(t, n.app(), func(a *imv1alpha1.IMApp) { a.Spec.Suspend = false })
	n.awaitReason("Ready", "Ready")
	eventually(t, "a resync is asked for", func() error {
		if n.app().Annotations[imv1alpha1.AnnotationResyncRequestedAt] == before {
			return errors.New("not yet")
		}
		return nil
	})
}

// theAppIsMadeAgain: the new one becomes the owner of what was created for the old one.
func theAppIsMadeAgain(t *testing.T, o *operator, n *tenant) {
	n.forget()
	n.createApp()
	eventually(t, "the new IMApp's first callback makes it the owner", func() error { // earlier ones may still be the old one's
		owners := n.groups()["created"].OwnerReferences
		if len(owners) == 1 && owners[0].UID == n.app().UID {
			return nil
		}
		err := answered(t, o.sender(n.namespace, appName, n.token()), fakeim.InfoChanged("created", time.Now().UnixMilli(), fakeim.Body{"Name": "kept"}), 200)
		return errors.Join(err, fmt.Errorf("the owners are %+v", owners))
	})
	// A resync may have made it the owner before any callback of this test.
	o.send(o.sender(n.namespace, appName, n.token()), fakeim.InfoChanged("created", time.Now().UnixMilli(), fakeim.Body{"Name": "kept"}))
	n.awaitName("created", "kept")
}

// aDisbandedGroupExpires as soon as its IMApp has a retention: it ended before that. A resync would have settled its end.
func aDisbandedGroupExpires(t *testing.T, o *operator, n *tenant) {
	ago := time.Now().Add(-2 * time.Hour).UnixMilli()
	o.send(o.sender(n.namespace, appName, n.token()), fakeim.Destroyed("ended", ago, "leckie", "ended"))
	eventually(t, "the group's end is known", func() error {
		if n.groups()["ended"].Status.DestroyedTime == nil {
			return errors.New("not yet")
		}
		return nil
	})
	update(t, n.app(), func(a *imv1alpha1.IMApp) {
		a.Spec.Groups = &imv1alpha1.IMAppGroups{DestroyedRetentionSeconds: ref(int32(3600))}
	})
	eventually(t, "the IMGroup is deleted", func() error {
		if _, is := n.groups()["ended"]; is {
			return errors.New("not yet")
		}
		return nil
	})
}

// metricsAreRead by a scraper with the shipped ClusterRole, and by nobody else.
func metricsAreRead(t *testing.T, o *operator, n *tenant) {
	reader, stranger := newAccount(t, n.namespace, "prometheus"), newAccount(t, n.namespace, "stranger")
	create(t, &rbacv1.ClusterRoleBinding{ObjectMeta: metav1.ObjectMeta{GenerateName: "test-"},
		RoleRef:  rbacv1.RoleRef{APIGroup: rbacv1.GroupName, Kind: "ClusterRole", Name: "imgroup-operator-metrics-reader"},
		Subjects: []rbacv1.Subject{{Kind: "ServiceAccount", Namespace: n.namespace, Name: "prometheus"}}})
	for token, want := range map[string]int{"": 401, "nonsense": 401, stranger: 403, reader: 200} {
		o.awaitMetrics(token, want)
	}
}

// newAccount makes a ServiceAccount and a token of it.
func newAccount(t *testing.T, namespace, name string) (token string) {
	t.Helper()
	create(t, &corev1.ServiceAccount{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}})
	return tokenOf(t, namespace, name)
}
