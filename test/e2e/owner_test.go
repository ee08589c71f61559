// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"fmt"
	"testing"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

// The garbage collector, which does not run here, deletes objects whose owner is gone. An event that is written into
// such an object would go with it.
func TestAnIMGroupGetsTheAppThatWasMadeAgainAsItsOwner(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	app := newApp(t, ns, "chat")
	o := startOperator(t, ns)
	s := o.sender(ns, "chat")
	send(t, s, fakeim.InfoChanged("g", 1000, fakeim.Body{"Name": "ops", "Notification": "kept"}))
	awaitGroup(t, ns, "g", "is written", func(g imv1alpha1.IMGroup) error { return is("the name", g.Status.Name, "ops") })

	remove(t, app)
	again := signedApp(ns, "chat")
	create(t, again)
	eventually(t, "the new IMApp is served", func() error {
		return trySend(t.Context(), s, fakeim.InfoChanged("g", 2000, fakeim.Body{"Name": "renamed"}))
	})
	g := awaitGroup(t, ns, "g", "is written again", func(g imv1alpha1.IMGroup) error {
		if owners := g.OwnerReferences; len(owners) != 1 || owners[0].UID != again.UID {
			return fmt.Errorf("owners %v, want %s", owners, again.UID)
		}
		return is("the name", g.Status.Name, "renamed")
	})
	if err := is("the notification", g.Status.Notification, "kept"); err != nil {
		t.Error(err)
	}
	checkCreated(t, g, again)
}
