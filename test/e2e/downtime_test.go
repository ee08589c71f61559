// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"errors"
	"testing"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

func TestAnOperatorThatStartsSeesWhatChangedWhileNoneRan(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	for _, name := range []string{"stays", "goes", "another"} {
		newApp(t, ns, name)
	}
	declare(t, ns, "goes", "goes", "its app goes")
	declare(t, ns, "another", "another", "its app becomes another's")
	o := startOperator(t, ns)
	send(t, o.sender(ns, "another"), fakeim.InfoChanged("its app becomes another's", 1000, fakeim.Body{"Name": "ops"}))
	for _, id := range []string{"its app goes", "its app becomes another's"} {
		awaitGroup(t, ns, id, "is tracked", func(g imv1alpha1.IMGroup) error {
			return hasConditions(g.Status.Conditions, "Ready=True/Tracking")
		})
	}
	o.awaitDrained()
	o.kill()

	declare(t, ns, "new", "stays", "declared meanwhile")
	declare(t, ns, "orphan", "nobody", "without an app")
	remove(t, signedApp(ns, "goes"))
	remove(t, signedApp(ns, "another"))
	create(t, signedApp(ns, "another", func(s *imv1alpha1.IMAppSpec) { s.SDKAppID = 7 }))
	o.start()
	for id, want := range map[string]string{
		"declared meanwhile": "Ready=True/Tracking",
		"without an app":     "Ready=False/AppNotFound",
		"its app goes":       "Ready=False/AppNotFound",
	} {
		awaitGroup(t, ns, id, "has "+want, func(g imv1alpha1.IMGroup) error { return hasConditions(g.Status.Conditions, want) })
	}
	awaitGroup(t, ns, "its app becomes another's", "forgets the other application", func(g imv1alpha1.IMGroup) error {
		if g.Status.SDKAppID != 7 || g.Status.Name != nil {
			return errors.New("it has not")
		}
		return hasConditions(g.Status.Conditions, "Ready=True/Tracking", "Synced=Unknown/AwaitingFirstCallback")
	})
}
