// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"errors"
	"testing"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

func TestAGroupThatIsDisbandedAndCreatedAgainIsANewGroup(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	newApp(t, ns, "chat")
	o := startOperator(t, ns)
	s := o.sender(ns, "chat")
	send(t, s, fakeim.Created("g", 1000, "leckie", "ops"))
	send(t, s, fakeim.InfoChanged("g", 2000, fakeim.Body{"Introduction": "on call", "Notification": "hello", "FaceUrl": "f"}))
	send(t, s, fakeim.OwnerChanged("g", 3000, "leckie", "peter"))
	awaitGroup(t, ns, "g", "is complete", func(g imv1alpha1.IMGroup) error {
		return errors.Join(is("the owner", g.Status.Owner, "peter"), is("the introduction", g.Status.Introduction, "on call"),
			differs([]string{"Ready=True/Tracking", "Synced=True/AllFieldsKnown"}, conditionsOf(g.Status.Conditions)))
	})

	send(t, s, fakeim.Destroyed("g", 4000, "peter", "ops"))
	awaitGroup(t, ns, "g", "is disbanded and keeps its texts", func(g imv1alpha1.IMGroup) error {
		if g.Status.DestroyedTime == nil || g.Status.DestroyedTime.UnixMilli() != fakeim.Epoch+4000 {
			return errors.New("no destroyedTime")
		}
		return errors.Join(is("the name", g.Status.Name, "ops"), is("the notification", g.Status.Notification, "hello"),
			hasConditions(g.Status.Conditions, "Destroyed=True/Disbanded", "Ready=True/Tracking"))
	})
	awaitEvent(t, ns, "GroupDestroyed", `the group was disbanded from "Web"`)

	send(t, s, fakeim.Created("g", 5000, "vera", "new"))
	awaitGroup(t, ns, "g", "is a new group", func(g imv1alpha1.IMGroup) error {
		if g.Status.DestroyedTime != nil || g.Status.Introduction != nil || g.Status.Notification != nil || g.Status.FaceURL != nil {
			return errors.New("something of the old group is left")
		}
		return errors.Join(is("the name", g.Status.Name, "new"), is("the owner", g.Status.Owner, "vera"),
			hasConditions(g.Status.Conditions, "Destroyed=False/Exists", "Synced=False/Partial"))
	})
	o.awaitDrained()
	again := awaitCleared(t, ns)[0]

	send(t, s, fakeim.InfoChanged("g", 4500, fakeim.Body{"Introduction": "of the old group"}))
	send(t, s, fakeim.Destroyed("g", 3500, "peter", "ops").With("EventTime", fakeim.Epoch+4000))
	o.awaitDrained()
	if after := getGroup(t, ns, again.Name); after.ResourceVersion != again.ResourceVersion {
		t.Errorf("what is older than the new group had an effect: %v", differs(again.Status, after.Status))
	}
}

func TestATopicNeverTouchesItsCommunity(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	newApp(t, ns, "chat")
	o := startOperator(t, ns)
	s := o.sender(ns, "chat")
	send(t, s, fakeim.InfoChanged("@TGS#_c", 1000, fakeim.Body{"Name": "players", "Type": "Community"}))
	awaitGroup(t, ns, "@TGS#_c", "has its name", func(g imv1alpha1.IMGroup) error { return is("the name", g.Status.Name, "players") })
	o.awaitDrained()
	before := awaitCleared(t, ns)[0]
	send(t, s, fakeim.TopicInfoChanged("@TGS#_c", fakeim.Body{"Name": "raids"}))
	if err := o.isMetric("imgroup_journal_pending_groups", 0); err != nil {
		t.Errorf("a topic's change was stored: %v", err)
	}
	if after := getGroup(t, ns, before.Name); after.ResourceVersion != before.ResourceVersion {
		t.Errorf("a topic changed its community: %v", differs(before.Status, after.Status))
	}
}
