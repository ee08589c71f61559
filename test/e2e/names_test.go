// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"crypto/sha256"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

// nameOf is the name of a created IMGroup, computed from the words of the design alone.
func nameOf(app, groupID string) string {
	slug := regexp.MustCompile(`[^a-z0-9]+`).ReplaceAllString(strings.ToLower(groupID), "-")
	if len(slug) > 40 {
		slug = slug[:40]
	}
	hash := fmt.Sprintf("%x", sha256.Sum256([]byte(groupID)))[:16]
	if slug = strings.Trim(slug, "-"); slug == "" {
		return app + "-" + hash
	}
	return app + "-" + slug + "-" + hash
}

func TestEveryGroupIDGetsAnObjectOfItsOwn(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	app := newApp(t, ns, "chat")
	o := startOperator(t, ns)
	ids := []string{
		"@TGS#2J4SZEAEL", "@tgs#2j4szeael", "a/b c%", "@TGS#_@TGS#cQVLVHIM62CJ", "###",
		strings.Repeat("a1", 19) + "z# " + "abcdefg", // 48 bytes, cut at a dash
		`"quotes" and \ and <b> of forty-eight bytes ~~~`, "語",
	}
	for _, id := range ids {
		send(t, o.sender(ns, "chat"), fakeim.InfoChanged(id, 1000, fakeim.Body{"Name": "n of " + id}))
	}
	names := map[string]string{}
	for _, id := range ids {
		g := awaitGroup(t, ns, id, "has its name", func(g imv1alpha1.IMGroup) error { return is("the name", g.Status.Name, "n of "+id) })
		if want := nameOf("chat", id); g.Name != want {
			t.Errorf("the object of %q is named %s, want %s", id, g.Name, want)
		}
		if other, taken := names[g.Name]; taken {
			t.Errorf("%q and %q share the object %s", id, other, g.Name)
		}
		names[g.Name] = id
		checkCreated(t, g, app)
	}
	if all := listGroups(t, ns); len(all) != len(ids) {
		t.Errorf("%d IMGroups of %d groups", len(all), len(ids))
	}
}

// checkCreated looks for what marks an IMGroup that the operator created.
func checkCreated(t *testing.T, g imv1alpha1.IMGroup, app *imv1alpha1.IMApp) {
	t.Helper()
	labels := map[string]string{"im.imgroup.dev/app": app.Name, "app.kubernetes.io/managed-by": "imgroup-operator"}
	if diff := cmp.Diff(labels, g.Labels); diff != "" {
		t.Errorf("labels of %s (-want +got):\n%s", g.Name, diff)
	}
	owners := []metav1.OwnerReference{{APIVersion: "im.imgroup.dev/v1alpha1", Kind: "IMApp", Name: app.Name, UID: app.UID}}
	if diff := cmp.Diff(owners, g.OwnerReferences); diff != "" {
		t.Errorf("owners of %s (-want +got):\n%s", g.Name, diff)
	}
}

func TestADeclaredIMGroupGetsTheEventsAndNoTwin(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	newApp(t, ns, "chat")
	declare(t, ns, "my-group", "chat", "@TGS#2J4SZEAEL")
	o := startOperator(t, ns)
	send(t, o.sender(ns, "chat"), documentedExample)
	g := awaitGroup(t, ns, "@TGS#2J4SZEAEL", "has the notification", func(g imv1alpha1.IMGroup) error {
		return is("the notification", g.Status.Notification, "NewNotification")
	})
	if g.Name != "my-group" || len(g.OwnerReferences) != 0 || len(g.Labels) != 0 {
		t.Errorf("the events went to %s with owners %v and labels %v", g.Name, g.OwnerReferences, g.Labels)
	}
	o.awaitDrained()
	if all := listGroups(t, ns); len(all) != 1 {
		t.Errorf("%d IMGroups, want the declared one alone", len(all))
	}
}

func TestADeclaredIMGroupSaysWhatItIsBeforeTheFirstCallback(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	newApp(t, ns, "chat")
	startOperator(t, ns)
	declare(t, ns, "my-group", "chat", "g")
	awaitGroup(t, ns, "g", "awaits its first callback", func(g imv1alpha1.IMGroup) error {
		return differs([]string{"Ready=True/Tracking", "Synced=Unknown/AwaitingFirstCallback"}, conditionsOf(g.Status.Conditions))
	})
}

func TestTwoDeclaredIMGroupsOfOneGroupBothGetTheEvents(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	newApp(t, ns, "chat")
	o := startOperator(t, ns)
	declare(t, ns, "first", "chat", "g")
	awaitGroup(t, ns, "g", "is known to the operator, which else makes one of its own", func(g imv1alpha1.IMGroup) error {
		return hasConditions(g.Status.Conditions, "Ready=True/Tracking")
	})
	send(t, o.sender(ns, "chat"), fakeim.InfoChanged("g", 1000, fakeim.Body{"Name": "ops", "Introduction": "on call"}))
	awaitGroup(t, ns, "g", "has its name", func(g imv1alpha1.IMGroup) error { return is("the name", g.Status.Name, "ops") })

	declare(t, ns, "second", "chat", "g")
	send(t, o.sender(ns, "chat"), fakeim.InfoChanged("g", 2000, fakeim.Body{"Notification": "hello"}))
	for _, name := range []string{"first", "second"} {
		eventually(t, name+" knows everything", func() error {
			s := getGroup(t, ns, name).Status
			text := func(s string) *string { return &s }
			return differs([]*string{text("ops"), text("on call"), text("hello"), nil}, []*string{s.Name, s.Introduction, s.Notification, s.FaceURL})
		})
	}
	if all := listGroups(t, ns); len(all) != 2 {
		t.Errorf("%d IMGroups, want the declared two alone", len(all))
	}
}
