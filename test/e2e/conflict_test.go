// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"fmt"
	"strings"
	"testing"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

func TestAnObjectWithAnotherGroupsNameIsNeverOverwritten(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	newApp(t, ns, "chat")
	o := startOperator(t, ns)
	s := o.sender(ns, "chat")
	thief := declare(t, ns, nameOf("chat", "the victim"), "chat", "the thief")
	send(t, s, fakeim.InfoChanged("the victim", 1000, fakeim.Body{"Name": "what the victim said"}))

	eventually(t, "the object says that it has another's name", func() error {
		return hasConditions(getGroup(t, ns, thief.Name).Status.Conditions, "Ready=False/NameConflict")
	})
	app := awaitApp(t, ns, "chat", "NameConflict=True/NameTaken", "Ready=True/Ready")
	if message := conditionMessage(app, "NameConflict"); !strings.Contains(message, thief.Name) {
		t.Errorf("the IMApp does not name the object: %s", message)
	}
	o.awaitDrained()
	files := o.setAside()
	if len(files) != 1 || !strings.Contains(files[0], `"groupID": "the victim"`) || !strings.Contains(files[0], "what the victim said") || !strings.Contains(files[0], "name_conflict") {
		t.Errorf("set aside: %q", files)
	}
	if err := o.drops("name_conflict", 1); err != nil {
		t.Error(err)
	}

	// Everybody else goes on, the thief among them.
	send(t, s, fakeim.InfoChanged("the thief", 2000, fakeim.Body{"Name": "thief"}))
	send(t, s, fakeim.InfoChanged("another", 2000, fakeim.Body{"Name": "another"}))
	awaitGroup(t, ns, "another", "is stored", func(g imv1alpha1.IMGroup) error { return is("the name", g.Status.Name, "another") })
	g := awaitGroup(t, ns, "the thief", "is stored", func(g imv1alpha1.IMGroup) error { return is("the name", g.Status.Name, "thief") })
	if err := hasConditions(g.Status.Conditions, "Ready=False/NameConflict"); err != nil {
		t.Error(err)
	}

	remove(t, thief)
	eventually(t, "the IMApp has no conflict any more", func() error {
		if err := hasConditions(getApp(t, ns, "chat").Status.Conditions, "NameConflict=True/NameTaken"); err == nil {
			return fmt.Errorf("it still has")
		}
		return nil
	})
	send(t, s, fakeim.InfoChanged("the victim", 3000, fakeim.Body{"Name": "victim"}))
	awaitGroup(t, ns, "the victim", "is stored", func(g imv1alpha1.IMGroup) error { return is("the name", g.Status.Name, "victim") })
}

func conditionMessage(app imv1alpha1.IMApp, kind string) string {
	for _, c := range app.Status.Conditions {
		if c.Type == kind {
			return c.Message
		}
	}
	return ""
}
