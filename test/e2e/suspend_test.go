// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"errors"
	"net/http"
	"testing"
	"time"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

func TestASuspendedAppKeepsItsEventsUntilItIsResumed(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	newApp(t, ns, "chat", declaredOnly)
	o := startOperator(t, ns)
	s := o.sender(ns, "chat")
	send(t, s, fakeim.InfoChanged("g", 1000, fakeim.Body{"Name": "ops"})) // pending: nobody has declared the group
	app := awaitApp(t, ns, "chat", "Ready=True/Ready")

	update(t, &app, func(a *imv1alpha1.IMApp) { a.Spec.Suspend = true })
	awaitApp(t, ns, "chat", "Ready=True/Suspended")
	eventually(t, "callbacks are refused", func() error { return refused(t.Context(), s, http.StatusNotFound, harmless) })
	declare(t, ns, "g", "chat", "g")
	during(t, time.Second, 100*time.Millisecond, func() {
		if g := getGroup(t, ns, "g"); g.Status.Name != nil {
			t.Fatal("the IMGroup of a suspended app was written")
		}
	})
	if err := o.isMetric("imgroup_journal_pending_groups", 1); err != nil {
		t.Error(err)
	}

	update(t, &app, func(a *imv1alpha1.IMApp) { a.Spec.Suspend = false })
	awaitGroup(t, ns, "g", "is written", func(g imv1alpha1.IMGroup) error { return is("the name", g.Status.Name, "ops") })
	awaitApp(t, ns, "chat", "Ready=True/Ready")
	send(t, s, harmless)
	eventually(t, "a resync is asked for", func() error {
		value := getApp(t, ns, "chat").Annotations["im.imgroup.dev/resync-requested-at"]
		if _, err := time.Parse(time.RFC3339, value); err != nil {
			return errors.New("no time in the annotation: " + value)
		}
		return nil
	})
}
