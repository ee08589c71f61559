// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"errors"
	"net/http"
	"testing"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

func TestAnAppThatIsMadeAgainGetsItsPendingEvents(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	app := newApp(t, ns, "chat", declaredOnly) // so that the event cannot be written yet
	o := startOperator(t, ns)
	send(t, o.sender(ns, "chat"), fakeim.InfoChanged("pending", 1000, fakeim.Body{"Name": "ops"}))
	remove(t, app)
	eventually(t, "callbacks are refused", func() error {
		return refused(t.Context(), o.sender(ns, "chat"), http.StatusNotFound, []byte("{}"))
	})
	if err := o.isMetric("imgroup_journal_pending_groups", 1); err != nil {
		t.Errorf("the event must wait for the app: %v", err)
	}
	again := signedApp(ns, "chat")
	create(t, again)
	g := awaitGroup(t, ns, "pending", "is written", func(g imv1alpha1.IMGroup) error { return is("the name", g.Status.Name, "ops") })
	checkCreated(t, g, again)
	o.awaitDrained()
}

func TestTheStateOfAnotherApplicationCountsAsNone(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	app := newApp(t, ns, "chat")
	declare(t, ns, "mine", "chat", "g")
	o := startOperator(t, ns)
	send(t, o.sender(ns, "chat"), fakeim.InfoChanged("g", 9000, fakeim.Body{"Name": "ops", "Notification": "hello", "FaceUrl": "f"}))
	awaitGroup(t, ns, "g", "is written", func(g imv1alpha1.IMGroup) error { return is("the notification", g.Status.Notification, "hello") })

	remove(t, app)
	awaitGroup(t, ns, "g", "misses its app", func(g imv1alpha1.IMGroup) error {
		return errors.Join(hasConditions(g.Status.Conditions, "Ready=False/AppNotFound"), is("the name", g.Status.Name, "ops"))
	})

	create(t, signedApp(ns, "chat", func(s *imv1alpha1.IMAppSpec) { s.SDKAppID = 7 }))
	s := o.sender(ns, "chat")
	s.SDKAppID = 7
	eventually(t, "the new application is served", func() error {
		return trySend(t.Context(), s, fakeim.InfoChanged("g", 1000, fakeim.Body{"Introduction": "of another application"}))
	})
	awaitGroup(t, ns, "g", "is the other application's", func(g imv1alpha1.IMGroup) error {
		if g.Status.SDKAppID != 7 || g.Status.Name != nil || g.Status.Notification != nil || g.Status.FaceURL != nil {
			return errors.New("something of the old application is left")
		}
		if g.Status.LastChange == nil || g.Status.LastChange.EventTime.UnixMilli() != fakeim.Epoch+1000 {
			return errors.New("the last change is not the new one")
		}
		return errors.Join(is("the introduction", g.Status.Introduction, "of another application"),
			differs(map[string]int64{"alive": 1000, "introduction": 1000, "type": 1000}, timesOf(g)),
			hasConditions(g.Status.Conditions, "Ready=True/Tracking"))
	})
}
