// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package group

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/event"
	"github.com/imgroup-operator/imgroup-operator/internal/groupstatus"
	"github.com/imgroup-operator/imgroup-operator/internal/merge"
	"github.com/imgroup-operator/imgroup-operator/internal/metrics"
)

// noon is the time of these tests; callbacks come a second before.
var noon = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)

func theApp(edit ...func(*imv1alpha1.IMApp)) *imv1alpha1.IMApp {
	app := &imv1alpha1.IMApp{ObjectMeta: metav1.ObjectMeta{Namespace: "ns", Name: "chat", UID: "app"}, Spec: imv1alpha1.IMAppSpec{SDKAppID: appID}}
	for _, f := range edit {
		f(app)
	}
	return app
}

func with(groups imv1alpha1.IMAppGroups) func(*imv1alpha1.IMApp) {
	return func(app *imv1alpha1.IMApp) { app.Spec.Groups = &groups }
}

func suspended(app *imv1alpha1.IMApp) { app.Spec.Suspend = true }
func leaving(app *imv1alpha1.IMApp)   { app.DeletionTimestamp = &metav1.Time{Time: noon} }

func watermark(at time.Time) func(*imv1alpha1.IMApp) {
	return func(app *imv1alpha1.IMApp) {
		w := metav1.NewMicroTime(at)
		app.Status.Resync = &imv1alpha1.ResyncStatus{Watermark: &w}
	}
}

// theGroup is an IMGroup as the cache has it, with what is known of the group, if anything is.
func theGroup(s ...event.State) imv1alpha1.IMGroup {
	g := created("g")
	g.Generation = 1
	for _, state := range s {
		groupstatus.Merge(g, appID, state, false)
	}
	groupstatus.Compact(g)
	return *g
}

// callback is what callbacks have told a second before noon, or so long before that.
func callback(kind event.Kind, before time.Duration, vs ...string) told {
	change := event.Change{Time: noon.Add(-time.Second - before).UnixMilli(), Source: event.Callback}
	return told{event: event.Event{SDKAppID: appID, Received: noon.Add(-time.Second), Count: 1, State: event.NewState(kind, change, values(vs...))}}
}

// observation by REST of the same time.
func seen(kind event.Kind, vs ...string) told {
	change := event.Change{Time: noon.Add(-time.Second).UnixMilli(), Source: event.REST}
	return told{observed: true, event: event.Event{SDKAppID: appID, Received: noon, Count: 1, State: event.NewState(kind, change, values(vs...))}}
}

func invalidID() told {
	t := seen(event.Disbanded)
	t.invalid = true
	return t
}

func TestDecide(t *testing.T) {
	look := told{}
	changed := callback(event.Changed, 0, "name", "ops", "type", "Public")
	ofAnother := changed
	ofAnother.event.SDKAppID++
	observedOfAnother := seen(event.Changed, "name", "ops")
	observedOfAnother.event.SDKAppID++
	unsigned := told{invalid: true, observed: true, event: event.Event{SDKAppID: appID}}
	earlier := event.NewState(event.Changed, event.Change{Time: noon.Add(-time.Hour).UnixMilli(), Source: event.Callback}, values("name", "ops", "type", "Public"))
	ended := merge.Join(earlier, event.NewState(event.Disbanded, event.Change{Time: noon.Add(-time.Minute).UnixMilli(), Source: event.Callback}, nil))
	known1, destroyed, blank := theGroup(earlier), theGroup(ended), theGroup()
	minute, two := int32(60), int32(2)
	ours := created(theKey.GroupID)
	groupstatus.Merge(ours, appID, earlier, false)
	ours.ManagedFields = []metav1.ManagedFieldsEntry{{Operation: metav1.ManagedFieldsOperationUpdate}}
	newborn := blank
	newborn.CreationTimestamp = metav1.Time{Time: noon.Add(-time.Second)}
	groups := func(g ...imv1alpha1.IMGroup) []imv1alpha1.IMGroup { return g }
	limited := with(imv1alpha1.IMAppGroups{MaxCount: &two})
	declared := with(imv1alpha1.IMAppGroups{CreationPolicy: imv1alpha1.CreateDeclared})
	onlyWork := with(imv1alpha1.IMAppGroups{Types: []string{"Work"}})
	keptAMinute := with(imv1alpha1.IMAppGroups{DestroyedRetentionSeconds: &minute})
	for _, c := range []struct {
		why   string
		known known
		told  told
		want  verdict
	}{
		// Without the IMApp.
		{"no IMApp", known{groups: groups(known1)}, changed, verdict{do: drop, reason: metrics.DropAppGone, grace: appGoneGrace, ask: true, orphan: true}},
		{"an IMApp that is being deleted", known{app: theApp(leaving), groups: groups(known1)}, changed, verdict{do: drop, reason: metrics.DropAppGone, grace: appGoneGrace, ask: true}},
		{"no IMApp, and nothing is pending", known{groups: groups(known1)}, look, verdict{do: idle, orphan: true}},
		{"no IMApp for an observation", known{}, seen(event.Changed, "name", "ops"), verdict{do: drop}},
		{"a suspended IMApp", known{app: theApp(suspended), groups: groups(known1)}, changed, verdict{do: hold}},
		{"a suspended IMApp for an observation", known{app: theApp(suspended)}, seen(event.Changed), verdict{do: drop}},
		{"an IMApp of another application", known{app: theApp(), room: true}, ofAnother, verdict{do: drop, reason: metrics.DropAppChanged}},
		{"the same for an observation", known{app: theApp(), room: true}, observedOfAnother, verdict{do: drop, reason: metrics.DropAppChanged}},

		// Without an IMGroup.
		{"a new group", known{app: theApp(), room: true}, changed, verdict{do: create, result: metrics.ResyncChanged}},
		{"a look where there is none", known{app: theApp(), room: true}, look, verdict{do: idle}},
		{"only declared ones", known{app: theApp(declared), room: true}, changed, verdict{do: drop, reason: metrics.DropNotDeclared, grace: unwantedGrace, ask: true}},
		{"another type", known{app: theApp(onlyWork), room: true}, changed, verdict{do: drop, reason: metrics.DropTypeFiltered, grace: unwantedGrace, ask: true}},
		{"no room", known{app: theApp(limited)}, changed, verdict{do: drop, reason: metrics.DropMaxCount, grace: unwantedGrace, ask: true}},
		{"no room for an observation", known{app: theApp(limited)}, seen(event.Changed, "name", "ops"), verdict{do: drop, reason: metrics.DropMaxCount}},
		{"another type, for an observation", known{app: theApp(onlyWork), room: true}, seen(event.Changed, "type", "Public"), verdict{do: drop, reason: metrics.DropTypeFiltered}},
		{"only declared ones, for an observation", known{app: theApp(declared), room: true}, seen(event.Changed), verdict{do: drop, reason: metrics.DropNotDeclared}},
		{"the end of a group that was never known", known{app: theApp(), room: true}, callback(event.Disbanded, 0), verdict{do: create, result: metrics.ResyncChanged}},
		{"the same by REST", known{app: theApp(), room: true}, seen(event.Disbanded), verdict{do: drop}},
		{"an ID that no group can have", known{app: theApp(), room: true}, invalidID(), verdict{do: idle, result: metrics.ResyncInvalid}},
		{"later than an IMGroup is kept", known{app: theApp(keptAMinute), room: true}, callback(event.Changed, time.Minute, "name", "ops"), verdict{do: drop, reason: metrics.DropStale, ask: true}},
		{"late, but within it", known{app: theApp(keptAMinute), room: true}, callback(event.Changed, 59*time.Second, "name", "ops"), verdict{do: create, result: metrics.ResyncChanged}},

		// With an IMGroup.
		{"a change", known{app: theApp(), groups: groups(known1)}, changed, verdict{do: write, result: metrics.ResyncChanged}},
		{"a change that is late", known{app: theApp(keptAMinute), groups: groups(known1)}, callback(event.Changed, time.Hour, "name", "ops"), verdict{do: write, result: metrics.ResyncChanged}},
		{"a change beside only declared ones", known{app: theApp(declared), groups: groups(known1)}, changed, verdict{do: write, result: metrics.ResyncChanged}},
		{"older than a complete resync", known{app: theApp(watermark(noon)), groups: groups(known1)}, callback(event.Changed, time.Hour, "name", "x"), verdict{do: drop, reason: metrics.DropStale}},
		{"a look", known{app: theApp(), groups: groups(known1)}, look, verdict{do: write, result: metrics.ResyncChanged}},
		{"a look at one of which nothing is known", known{app: theApp(), groups: groups(blank)}, look, verdict{do: write, result: metrics.ResyncChanged, fetch: true}},
		{"a look at one with managedFields that nobody uses", known{app: theApp(), groups: groups(*ours)}, look, verdict{do: write, result: metrics.ResyncChanged, clear: true}},
		{"a change of it", known{app: theApp(), groups: groups(*ours)}, changed, verdict{do: write, result: metrics.ResyncChanged}},
		{"a look at one that was created just now", known{app: theApp(), groups: groups(newborn)}, look, verdict{do: hold, after: newbornGrace}},

		// Results of a resync.
		{"the same", known{app: theApp(), groups: groups(known1)}, seen(event.Changed, "name", "ops"), verdict{do: idle, result: metrics.ResyncUnchanged}},
		{"another name", known{app: theApp(), groups: groups(known1)}, seen(event.Changed, "name", "new"), verdict{do: write, result: metrics.ResyncChanged}},
		{"the same, in two IMGroups", known{app: theApp(), groups: groups(known1, known1)}, seen(event.Changed, "name", "ops"), verdict{do: write, result: metrics.ResyncChanged}},
		{"gone", known{app: theApp(), groups: groups(known1)}, seen(event.Disbanded), verdict{do: write, result: metrics.ResyncGone}},
		{"gone, as is known", known{app: theApp(), groups: groups(destroyed)}, seen(event.Disbanded), verdict{do: idle, result: metrics.ResyncUnchanged}},
		{"an ID that no group can have, of a declared one", known{app: theApp(), groups: groups(blank)}, invalidID(), verdict{do: invalid, result: metrics.ResyncInvalid}},
		{"the same where the server was not asked", known{app: theApp(), groups: groups(blank)}, unsigned, verdict{do: invalid, result: metrics.ResyncInvalid}},
		{"the same of a group that has lived", known{app: theApp(), groups: groups(known1)}, invalidID(), verdict{do: write, result: metrics.ResyncGone}},
		{"the same of one that is known to be disbanded", known{app: theApp(), groups: groups(destroyed)}, invalidID(), verdict{do: idle, result: metrics.ResyncUnchanged}},
	} {
		t.Run(c.why, func(t *testing.T) {
			got := decide(c.known, c.told, noon)
			if writes := got.do == create || got.do == write; writes && !c.told.isLook() && len(got.state.Registers) == 0 {
				t.Error("nothing would be written")
			}
			got.state = event.State{}
			if diff := cmp.Diff(c.want, got, cmp.AllowUnexported(verdict{})); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
		})
	}
}

func TestACallbackIsStaleOnlyInWhatAResyncHasFetched(t *testing.T) {
	fetched := []string{"custom/asked", "name"}
	for _, c := range []struct {
		why    string
		kind   event.Kind
		before time.Duration
		fields []string
		resync imv1alpha1.ResyncStatus
		want   string
	}{
		{"not older than the margin", event.Changed, staleMargin - time.Second, []string{"name", "x", "custom/asked", "x"},
			imv1alpha1.ResyncStatus{WatermarkFields: fetched}, "alive custom/asked name"},
		{"older", event.Changed, staleMargin, []string{"name", "x", "custom/asked", "x"}, imv1alpha1.ResyncStatus{WatermarkFields: fetched}, ""},
		{"older, with a custom field that the resync did not ask for", event.Changed, staleMargin, []string{"name", "x", "custom/other", "x"},
			imv1alpha1.ResyncStatus{WatermarkFields: fetched}, "custom/other"},
		{"older, with a text that Tencent did not tell of every group", event.Changed, staleMargin, []string{"name", "x", "owner", "x"},
			imv1alpha1.ResyncStatus{WatermarkFields: fetched}, "owner"},
		{"older, of a group that Tencent did not tell of", event.Changed, staleMargin, []string{"name", "x"},
			imv1alpha1.ResyncStatus{WatermarkFields: fetched, Unread: []string{"g"}}, "alive name"},
		{"older, and nothing says which fields were told", event.Changed, staleMargin, []string{"name", "x", "custom/asked", "x"}, imv1alpha1.ResyncStatus{}, "custom/asked"},
		{"the creation of a group, which no resync fetches", event.Created, staleMargin, []string{"name", "x"}, imv1alpha1.ResyncStatus{}, "epoch"},
	} {
		app := theApp(func(app *imv1alpha1.IMApp) {
			w := metav1.NewMicroTime(noon)
			c.resync.Watermark = &w
			app.Status.Resync = &c.resync
		})
		told := callback(c.kind, c.before, c.fields...)
		told.event.Key = theKey
		if got := fieldsOf(fresh(app, told)); got != c.want {
			t.Errorf("%s: kept %q, want %q", c.why, got, c.want)
		}
	}
}

func fieldsOf(s event.State) string {
	var names []string
	for _, r := range s.Registers {
		names = append(names, r.Field)
	}
	return strings.Join(names, " ")
}
