// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
	"github.com/imgroup-operator/imgroup-operator/test/oracle"
)

// stored are the commands that change IMGroups.
var stored = []string{fakeim.CommandInfoChanged, fakeim.CommandCreated, fakeim.CommandDestroyed, fakeim.CommandOwnerChanged}

// fixture is a body of real shape, sent to an app of its own: the fixtures share group ids.
type fixture struct {
	name, app, command string
	body               []byte
	timed              bool // has an EventTime
	from, to           time.Time
}

func TestEveryFixtureIsAnsweredAndStoredAsDocumented(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	o := newOperator(t, ns)
	all := fixtures(t)
	newSecret(t, ns, "token", map[string]string{"token": token})
	for _, f := range all {
		create(t, signedApp(ns, f.app, func(s *imv1alpha1.IMAppSpec) { s.Callback.TokenSecretRef.Name = "token" }))
	}
	o.start()
	o.awaitReady()
	for _, f := range all {
		f.from = time.Now()
		reply, err := o.sender(ns, f.app).Send(t.Context(), f.body)
		f.to = time.Now()
		if err != nil || reply.HTTPStatus != 200 || string(reply.Raw) != okAnswer {
			t.Errorf("%s: answered HTTP %d %s, %v", f.name, reply.HTTPStatus, reply.Raw, err)
		}
	}
	o.awaitDrained()
	groups := listGroups(t, ns)
	for _, f := range all {
		f.check(t, slices.DeleteFunc(slices.Clone(groups), func(g imv1alpha1.IMGroup) bool { return g.Spec.AppRef.Name != f.app }))
	}
}

// check holds the IMGroups of the fixture's app against the oracle.
func (f *fixture) check(t *testing.T, groups []imv1alpha1.IMGroup) {
	t.Helper()
	if !slices.Contains(stored, f.command) {
		if len(groups) > 0 {
			t.Errorf("%s: %s is stored", f.name, f.command)
		}
		return
	}
	received := f.from
	if !f.timed && len(groups) > 0 && groups[0].Status.LastChange != nil {
		received = groups[0].Status.LastChange.EventTime.Time
		if received.UnixMilli() < f.from.UnixMilli() || received.After(f.to) {
			t.Errorf("%s: the time of receipt is %s, sent from %s to %s", f.name, received, f.from, f.to)
		}
	}
	want := oracle.Expect([]oracle.Callback{{Body: f.body, Platform: "Web", Received: received}})
	if len(want) != 1 {
		t.Errorf("%s: the oracle expects %d groups", f.name, len(want))
	}
	if diff := oracle.Diff(want, groups); diff != "" {
		t.Errorf("%s: %s", f.name, diff)
	}
}

// fixtures reads the bodies that the webhook's own tests use.
func fixtures(t *testing.T) []*fixture {
	t.Helper()
	files, err := filepath.Glob("../../webhook/testdata/*.json")
	if err != nil || len(files) < 30 {
		t.Fatalf("%d fixtures: %v", len(files), err)
	}
	var all []*fixture
	for i, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var body struct {
			CallbackCommand string
			EventTime       any
		}
		if err := json.Unmarshal(text, &body); err != nil {
			t.Fatal(err)
		}
		all = append(all, &fixture{name: strings.TrimSuffix(filepath.Base(file), ".json"), app: fmt.Sprintf("app-%02d", i),
			command: body.CallbackCommand, body: text, timed: body.EventTime != nil})
	}
	return all
}
