// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"strings"
	"testing"
	"time"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/event"
	"github.com/imgroup-operator/imgroup-operator/internal/journal"
	"github.com/imgroup-operator/imgroup-operator/internal/merge"
	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

// A callback's texts are cut to the bounds of the schema, but the journal may hold what an operator with other bounds stored.
func TestWhatTheSchemaRefusesIsSetAsideAndHoldsNothingUp(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	newApp(t, ns, "chat")
	o := newOperator(t, ns)
	name := strings.Repeat("語", 1025)
	store(t, o, event.Event{Key: event.Key{Namespace: ns, App: "chat", GroupID: "g"}, SDKAppID: sdkAppID, Received: time.Now(), Count: 1,
		State: event.NewState(event.Changed, event.Change{Time: time.Now().UnixMilli(), Source: event.Callback}, []event.Value{{Field: event.Name, Value: name}})})
	o.start()
	o.awaitReady()
	o.awaitDrained()
	files := o.setAside()
	if len(files) != 1 || !strings.Contains(files[0], `"groupID": "g"`) || !strings.Contains(files[0], name) || !strings.Contains(files[0], "status.name") {
		t.Errorf("set aside: %q", files)
	}
	if err := o.drops("rejected", 1); err != nil {
		t.Error(err)
	}
	send(t, o.sender(ns, "chat"), fakeim.InfoChanged("g", time.Now().UnixMilli(), fakeim.Body{"Name": "ops"}))
	awaitGroup(t, ns, "g", "is written", func(g imv1alpha1.IMGroup) error { return is("the name", g.Status.Name, "ops") })
}

// store puts an event into the journal of an operator that does not run.
func store(t *testing.T, o *operator, e event.Event) {
	t.Helper()
	j, err := journal.Open(o.Journal(), journal.Options{MaxBytes: 64 << 20, MaxGroups: 1000, Fold: merge.Fold})
	must(t, err)
	must(t, j.Append(t.Context(), e))
	must(t, j.Close())
}
