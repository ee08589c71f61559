// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package group

import (
	"slices"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	ctrlevent "sigs.k8s.io/controller-runtime/pkg/event"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/controllers/inventory"
	"github.com/imgroup-operator/imgroup-operator/internal/apps"
	"github.com/imgroup-operator/imgroup-operator/internal/event"
	"github.com/imgroup-operator/imgroup-operator/internal/groupstatus"
	"github.com/imgroup-operator/imgroup-operator/internal/metrics"
	"github.com/imgroup-operator/imgroup-operator/internal/queue"
)

type groupUpdate = ctrlevent.TypedUpdateEvent[*imv1alpha1.IMGroup]

func TestAnIMGroupWakesGroupSyncOnlyIfThereIsWork(t *testing.T) {
	group := func(edit ...func(*imv1alpha1.IMGroup)) *imv1alpha1.IMGroup {
		g := created("g")
		g.UID, g.Generation = "one", 1
		for _, f := range edit {
			f(g)
		}
		return g
	}
	newSpec := func(g *imv1alpha1.IMGroup) { g.Generation = 2 }
	ended := func(g *imv1alpha1.IMGroup) { at := groupstatus.MicroTime(1); g.Status.DestroyedTime = &at }
	asked := func(g *imv1alpha1.IMGroup) {
		g.Annotations = map[string]string{imv1alpha1.AnnotationResyncRequestedAt: "now"}
	}
	partial := func(g *imv1alpha1.IMGroup) {
		groupstatus.Merge(g, appID, event.NewState(event.Changed, at(1), values("name", "ops")), false)
	}
	recreated := func(g *imv1alpha1.IMGroup) { g.UID = "two" }
	unreadable := func(g *imv1alpha1.IMGroup) {
		g.Status.Conditions = []metav1.Condition{{Type: imv1alpha1.ConditionReady, Status: metav1.ConditionFalse, Reason: imv1alpha1.ReasonUnreadable}}
	}
	tracked := func(g *imv1alpha1.IMGroup) {
		g.Status.ObservedGeneration = g.Generation
		g.ManagedFields = []metav1.ManagedFieldsEntry{{Operation: metav1.ManagedFieldsOperationUpdate}}
	}
	groupless := func(g *imv1alpha1.IMGroup) { unreadable(g); g.Spec = imv1alpha1.IMGroupSpec{} }
	for _, c := range []struct {
		why          string
		old, now     *imv1alpha1.IMGroup
		woken, asked bool
	}{
		{"nothing", group(), group(), false, false},
		{"another spec", group(), group(newSpec), true, false},
		{"recreated while the watch was away", group(), group(recreated), true, false},
		{"its end", group(), group(ended), true, false},
		{"a change after its end", group(ended), group(ended), false, false},
		{"a request", group(), group(asked), false, true},
		{"the same request", group(asked), group(asked), false, false},
		{"some of its texts", group(), group(partial), false, true},
		{"a status that cannot be read", group(), group(unreadable), true, false},
		{"managedFields that nobody uses", group(), group(tracked), true, false},
		{"a group that can be read again", group(groupless), group(), true, false},
	} {
		t.Run(c.why, func(t *testing.T) {
			source, f, i := &queue.Source[Request]{}, &fetches{}, inventory.New(func(apps.Key) {})
			line, h := newLine(t, source), groupEvents{i, f, metrics.New(prometheus.NewRegistry())}
			h.Create(t.Context(), ctrlevent.TypedCreateEvent[*imv1alpha1.IMGroup]{Object: c.old, IsInInitialList: true}, line)
			h.Update(t.Context(), groupUpdate{ObjectOld: c.old, ObjectNew: c.now}, line)
			if woken := len(line.take()) > 0; woken != c.woken || len(f.wanted) > 0 != c.asked {
				t.Errorf("woken %t, asked for %v", woken, f.wanted)
			}
			if n := i.Report(apps.Key{Namespace: "ns", Name: "chat"}).Groups; n != 1 {
				t.Errorf("%d IMGroups are counted", n)
			}
			h.Delete(t.Context(), ctrlevent.TypedDeleteEvent[*imv1alpha1.IMGroup]{Object: c.now}, line)
			if n := i.Report(apps.Key{Namespace: "ns", Name: "chat"}).Groups; n != 0 {
				t.Errorf("%d IMGroups are counted after its deletion", n)
			}
		})
	}
}

func TestAnIMGroupOfWhichNotEvenTheGroupCanBeReadCountsForNothing(t *testing.T) {
	odd, good := created("g"), created("g")
	odd.Spec = imv1alpha1.IMGroupSpec{}
	odd.Status.Conditions = []metav1.Condition{{Type: imv1alpha1.ConditionReady, Status: metav1.ConditionFalse, Reason: imv1alpha1.ReasonUnreadable}}
	line, i, m := newLine(t, &queue.Source[Request]{}), inventory.New(func(apps.Key) {}), metrics.New(prometheus.NewRegistry())
	h := groupEvents{i, &fetches{}, m}
	h.Create(t.Context(), ctrlevent.TypedCreateEvent[*imv1alpha1.IMGroup]{Object: good, IsInInitialList: true}, line)
	h.Update(t.Context(), groupUpdate{ObjectOld: good, ObjectNew: odd}, line)
	h.Update(t.Context(), groupUpdate{ObjectOld: odd, ObjectNew: odd}, line)
	if woken, n := line.take(), i.Report(apps.Key{Namespace: "ns", Name: "chat"}).Groups; len(woken) > 0 || n != 0 {
		t.Errorf("it wakes %q, %d IMGroups are counted", woken, n)
	}
	if got := testutil.ToFloat64(m.SyncUnreadable); got != 2 {
		t.Errorf("%g are counted as unreadable, want each time that it was shown", got)
	}
}

func TestANewIMGroupWakesGroupSync(t *testing.T) {
	source := &queue.Source[Request]{}
	line := newLine(t, source)
	h := groupEvents{inventory.New(func(apps.Key) {}), &fetches{}, metrics.New(prometheus.NewRegistry())}
	h.Create(t.Context(), ctrlevent.TypedCreateEvent[*imv1alpha1.IMGroup]{Object: created("g")}, line)
	if got := line.take(); !slices.Equal(got, []string{"0chatg0"}) {
		t.Errorf("it wakes %q", got)
	}
}

// What is pending comes before what the leader only looks at.
func TestAnIMAppWakesItsGroups(t *testing.T) {
	minute := int32(60)
	app := func(edit ...func(*imv1alpha1.IMApp)) *imv1alpha1.IMApp {
		a := theApp(edit...)
		a.Generation, a.ResourceVersion = 1, "1"
		if len(edit) > 0 {
			a.Generation, a.ResourceVersion = 2, "2"
		}
		return a
	}
	all, pending := []string{"0chatg0", "0chatother-100"}, []string{"0chatg0"}
	for _, c := range []struct {
		why      string
		old, now *imv1alpha1.IMApp
		want     []string
	}{
		{"nothing", app(), app(), nil},
		{"another spec", app(), app(with(imv1alpha1.IMAppGroups{Types: []string{"Work"}})), pending},
		{"another retention", app(), app(with(imv1alpha1.IMAppGroups{DestroyedRetentionSeconds: &minute})), all},
		{"suspended", app(), app(suspended), pending},
		{"resumed", app(suspended), app(), all},
		{"recreated", app(), app(func(a *imv1alpha1.IMApp) { a.UID = "another" }), all},
	} {
		t.Run(c.why, func(t *testing.T) {
			other := created("other")
			w := newWorld(t, other)
			w.pend(callback(event.Changed, 0, "name", "ops"))
			appEvents(w.cache, w.journal).Update(t.Context(), ctrlevent.TypedUpdateEvent[*imv1alpha1.IMApp]{ObjectOld: c.old, ObjectNew: c.now}, w.line)
			if got := w.line.take(); !slices.Equal(got, c.want) {
				t.Errorf("it wakes %q, want %q", got, c.want)
			}
		})
	}
	w := newWorld(t, created("other"))
	w.pend(callback(event.Changed, 0, "name", "ops"))
	h := appEvents(w.cache, w.journal)
	h.Create(t.Context(), ctrlevent.TypedCreateEvent[*imv1alpha1.IMApp]{Object: app(), IsInInitialList: true}, w.line)
	if got := w.line.take(); len(got) > 0 {
		t.Errorf("at the start it wakes %q; the sweep does that", got)
	}
	h.Create(t.Context(), ctrlevent.TypedCreateEvent[*imv1alpha1.IMApp]{Object: app()}, w.line)
	if got := w.line.take(); !slices.Equal(got, all) {
		t.Errorf("a new IMApp wakes %q", got)
	}
	gone := app()
	gone.DeletionTimestamp = &metav1.Time{Time: noon}
	h.Delete(t.Context(), ctrlevent.TypedDeleteEvent[*imv1alpha1.IMApp]{Object: gone}, w.line)
	if got := w.line.take(); !slices.Equal(got, all) {
		t.Errorf("one that is gone wakes %q", got)
	}
}

func TestTheBacklogIsTheSweepAndWhatIsPending(t *testing.T) {
	w := newWorld(t)
	w.pend(callback(event.Changed, 0, "name", "ops"))
	if got := w.backlog(); !slices.Equal(got, []Request{{Kind: Sweep}, Of(theKey)}) {
		t.Errorf("%v", got)
	}
}
