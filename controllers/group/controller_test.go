// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package group

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/controllers/inventory"
	"github.com/imgroup-operator/imgroup-operator/internal/apps"
	"github.com/imgroup-operator/imgroup-operator/internal/event"
	"github.com/imgroup-operator/imgroup-operator/internal/groupstatus"
	"github.com/imgroup-operator/imgroup-operator/internal/kube"
	"github.com/imgroup-operator/imgroup-operator/internal/merge"
	"github.com/imgroup-operator/imgroup-operator/internal/metrics"
	"github.com/imgroup-operator/imgroup-operator/internal/queue"
	"github.com/imgroup-operator/imgroup-operator/internal/recorder"
)

// pendingEvents is a journal in memory.
type pendingEvents struct {
	events map[event.Key]event.Event
	aside  []string
	full   error // why nothing can be set aside
}

func (j *pendingEvents) Pending(key event.Key) (event.Event, uint64, bool) {
	e, ok := j.events[key]
	return e, 7, ok
}

func (j *pendingEvents) Checkpoint(key event.Key, upTo uint64) {
	if upTo == 7 {
		delete(j.events, key)
	}
}

func (j *pendingEvents) SetAside(_ event.Event, reason string) (string, error) {
	if j.full == nil {
		j.aside = append(j.aside, reason)
	}
	return "rejected-1.json", j.full
}

func (j *pendingEvents) Keys() (keys []event.Key) {
	for key := range j.events {
		keys = append(keys, key)
	}
	return keys
}

type leads bool

func (l leads) IsLeader() bool { return bool(l) }

type fetches struct{ wanted []event.Key }

func (f *fetches) Want(key event.Key)     { f.wanted = append(f.wanted, key) }
func (f *fetches) WantRest(key event.Key) { f.wanted = append(f.wanted, key) }

type nobody struct{}

func (nobody) Eventf(_, _ runtime.Object, _, _, _, _ string, _ ...any) {}

// world is group sync with neighbours that are no servers.
type world struct {
	*Controller
	t       *testing.T
	clock   *clock
	journal *pendingEvents
	api     client.Client // what the API server has
	cache   client.Client // what the cache has: the same, unless a test says otherwise
	fetched *fetches
	line    line
	fail    map[string]error // by verb: what the API server answers

	failPatch func(name string) error // what it answers to the patch of one IMGroup
}

var theKey = event.Key{Namespace: "ns", App: "chat", GroupID: "g"}

func newWorld(t *testing.T, objects ...client.Object) *world {
	t.Helper()
	w := &world{t: t, clock: &clock{noon}, journal: &pendingEvents{events: map[event.Key]event.Event{}}, fetched: &fetches{}, fail: map[string]error{}, failPatch: func(string) error { return nil }}
	w.api = w.server(objects...)
	w.cache = w.api
	w.build()
	return w
}

// server has the indexes of the cache and the selectable fields of the CRD.
func (w *world) server(objects ...client.Object) client.Client {
	b := fake.NewClientBuilder().WithScheme(kube.Scheme()).WithObjects(objects...).WithStatusSubresource(&imv1alpha1.IMGroup{}, &imv1alpha1.IMApp{})
	for field, of := range map[string]client.IndexerFunc{
		kube.GroupIndex: func(o client.Object) []string {
			g := o.(*imv1alpha1.IMGroup)
			return []string{kube.GroupIndexKey(g.Spec.AppRef.Name, g.Spec.GroupID)}
		},
		"spec.groupID":     func(o client.Object) []string { return []string{o.(*imv1alpha1.IMGroup).Spec.GroupID} },
		"spec.appRef.name": func(o client.Object) []string { return []string{o.(*imv1alpha1.IMGroup).Spec.AppRef.Name} },
	} {
		b = b.WithIndex(&imv1alpha1.IMGroup{}, field, of)
	}
	return interceptor.NewClient(b.Build(), interceptor.Funcs{
		Get: func(ctx context.Context, c client.WithWatch, key client.ObjectKey, o client.Object, opts ...client.GetOption) error {
			if err := w.fail["get"]; err != nil && len(opts) == 0 {
				return err
			}
			return c.Get(ctx, key, o, opts...)
		},
		Create: func(ctx context.Context, c client.WithWatch, o client.Object, opts ...client.CreateOption) error {
			if err := w.fail["create"]; err != nil {
				return err
			}
			return c.Create(ctx, o, opts...)
		},
		SubResourcePatch: func(ctx context.Context, c client.Client, _ string, o client.Object, p client.Patch, opts ...client.SubResourcePatchOption) error {
			if err := w.fail["patch"]; err != nil {
				return err
			}
			if err := w.failPatch(o.GetName()); err != nil {
				return err
			}
			return c.Status().Patch(ctx, o, p, opts...)
		},
	})
}

// build makes the controller anew, as after a restart.
func (w *world) build() {
	source := &queue.Source[Request]{}
	w.Controller = New(Config{Client: w.cache, Live: w.api, Groups: w.cache, Journal: w.journal, Leader: leads(true), Metrics: metrics.New(prometheus.NewRegistry()),
		Events: recorder.New(nobody{}), Queue: source, Observed: NewObservations(source), Fetcher: w.fetched, Inventory: inventory.New(func(apps.Key) {}),
		Workers: 16, Now: w.clock.Now, Listed: func() {}, LimitReached: func(apps.Key) {}, Saturated: func() bool { return false }})
	w.line = newLine(w.t, source)
}

// pend puts a callback into the journal.
func (w *world) pend(t told) {
	t.event.Key = theKey
	w.journal.events[theKey] = t.event
}

// look reconciles the group once its time has come, and returns for how long it wants to wait.
func (w *world) look() time.Duration {
	w.t.Helper()
	w.clock.step(10 * time.Second) // more than any back-off
	result, err := w.Reconcile(w.t.Context(), Of(theKey))
	if err != nil {
		w.t.Fatal(err)
	}
	return result.RequeueAfter
}

func (w *world) group() *imv1alpha1.IMGroup {
	w.t.Helper()
	g := &imv1alpha1.IMGroup{}
	err := w.api.Get(w.t.Context(), client.ObjectKey{Namespace: "ns", Name: groupstatus.Name("chat", "g")}, g, client.DisableReadYourWritesConsistency)
	if client.IgnoreNotFound(err) != nil {
		w.t.Fatal(err)
	}
	return g
}

func (w *world) nameIs(want string) {
	w.t.Helper()
	if got := w.group().Status.Name; got == nil && want != "" || got != nil && *got != want {
		w.t.Errorf("name %v, want %q", got, want)
	}
}

func (w *world) isPending(want bool) {
	w.t.Helper()
	if got := len(w.journal.events) == 1; got != want {
		w.t.Errorf("pending %t, want %t", got, want)
	}
}

func (w *world) wasDropped(reason string, want float64) {
	w.t.Helper()
	if got := testutil.ToFloat64(w.Metrics.SyncDropped.WithLabelValues(reason)); got != want {
		w.t.Errorf("%v events were dropped as %s, want %v", got, reason, want)
	}
}

func TestACallbackCreatesAnIMGroupAndIsForgotten(t *testing.T) {
	w := newWorld(t, theApp())
	w.pend(callback(event.Changed, 0, "name", "ops"))
	w.look()
	w.nameIs("ops")
	w.isPending(false)
	w.pend(callback(event.Changed, -time.Minute, "name", "new"))
	w.look()
	w.nameIs("new")
	w.isPending(false)
}

func TestAReplicaThatDoesNotLeadWritesOnlyItsOwnEvents(t *testing.T) {
	g := created("g")
	w := newWorld(t, theApp(), g)
	w.Leader = leads(false)
	w.look()
	if got := w.group().Status.Conditions; len(got) > 0 {
		t.Errorf("it wrote %v", got)
	}
	w.pend(callback(event.Changed, 0, "name", "ops"))
	w.look()
	w.nameIs("ops")
}

func TestTheLeaderAsksForADeclaredGroupOfWhichNothingIsKnown(t *testing.T) {
	g := created("g")
	g.Labels = nil
	w := newWorld(t, theApp(), g)
	w.look()
	if len(w.fetched.wanted) != 1 || w.fetched.wanted[0] != theKey {
		t.Errorf("asked for %v", w.fetched.wanted)
	}
	if groupstatus.ReadyReason(w.group()) != imv1alpha1.ReasonTracking {
		t.Errorf("conditions %v", w.group().Status.Conditions)
	}
}

func TestAnUnwantedEventIsDroppedAfterItsGraceOnceTheAPIServerAgrees(t *testing.T) {
	for reason, edit := range map[string]func(*imv1alpha1.IMApp){
		metrics.DropNotDeclared:  with(imv1alpha1.IMAppGroups{CreationPolicy: imv1alpha1.CreateDeclared}),
		metrics.DropTypeFiltered: with(imv1alpha1.IMAppGroups{Types: []string{"Work"}}),
		metrics.DropMaxCount:     with(imv1alpha1.IMAppGroups{MaxCount: new(int32)}),
	} {
		t.Run(reason, func(t *testing.T) {
			w := newWorld(t, theApp(edit))
			w.pend(callback(event.Changed, 0, "name", "ops", "type", "Public"))
			if wait := w.look(); wait != unwantedGrace {
				t.Errorf("it waits %s, want %s", wait, unwantedGrace)
			}
			w.isPending(true)
			w.clock.step(unwantedGrace)
			w.fail["get"] = errAway
			if wait := w.look(); wait == 0 {
				t.Error("while the API server is away it must be tried again")
			}
			w.isPending(true)
			w.wasDropped(reason, 0)
			w.fail["get"] = nil
			w.recovery.look(t.Context())
			w.look()
			w.isPending(false)
			w.wasDropped(reason, 1)
		})
	}
}

func TestTheAPIServerHasTheLastWordBeforeADrop(t *testing.T) {
	w := newWorld(t, theApp())
	w.cache = w.server(theApp(with(imv1alpha1.IMAppGroups{Types: []string{"Work"}}))) // the cache lags behind
	w.build()
	w.pend(callback(event.Changed, 0, "name", "ops", "type", "Public"))
	w.look()
	w.clock.step(unwantedGrace)
	w.writer.client, w.creator.writer.client = w.api, w.api
	w.look()
	w.nameIs("ops")
	w.wasDropped(metrics.DropTypeFiltered, 0)
}

func TestEventsOfAMissingIMAppWaitForItTenMinutes(t *testing.T) {
	g := created("g")
	w := newWorld(t, g)
	w.pend(callback(event.Changed, 0, "name", "ops"))
	if wait := w.look(); wait != appGoneGrace {
		t.Errorf("they wait %s, want %s", wait, appGoneGrace)
	}
	if groupstatus.ReadyReason(w.group()) != imv1alpha1.ReasonAppNotFound {
		t.Errorf("conditions %v", w.group().Status.Conditions)
	}
	w.clock.step(appGoneGrace)
	w.look()
	w.isPending(false)
	w.wasDropped(metrics.DropAppGone, 1)
}

// The garbage collector takes the IMGroups of an IMApp that was deleted, and what is written into them. After an outage the
// cache may still show it.
func TestEventsOfAnIMAppThatWasDeletedInAnOutageAreHeld(t *testing.T) {
	w := newWorld(t, created("g"))
	w.cache = w.server(theApp(), created("g"))
	w.build()
	w.pend(callback(event.Changed, 0, "name", "ops"))
	w.fail["patch"] = errAway
	w.look()
	w.fail["patch"] = nil
	w.recovery.look(t.Context())
	w.look()
	w.isPending(true)
	w.nameIs("")
}

func TestARefusalForGoodIsSetAsideAndADenialIsWrittenLater(t *testing.T) {
	w := newWorld(t, theApp())
	w.fail["create"] = errRefused
	w.pend(callback(event.Changed, 0, "name", "ops"))
	if wait := w.look(); wait == 0 {
		t.Error("a denial must be tried again")
	}
	w.isPending(true)
	w.fail["create"] = nil
	w.look()
	w.nameIs("ops")
	w.fail["patch"] = errors.New("etcd")
	w.pend(callback(event.Changed, -time.Minute, "name", "new"))
	w.look()
	w.isPending(true)
	w.fail["patch"] = tooLarge()
	w.journal.full = errors.New("no space")
	w.look()
	w.isPending(true)
	w.journal.full = nil
	w.look()
	w.isPending(false)
	if len(w.journal.aside) != 1 {
		t.Errorf("set aside: %q", w.journal.aside)
	}
}

func TestANameThatIsTakenIsMarkedAndNeverWritten(t *testing.T) {
	taken := created("g")
	taken.Spec.GroupID = "another"
	w := newWorld(t, theApp(), taken)
	w.pend(callback(event.Changed, 0, "name", "ops"))
	w.look()
	w.isPending(false)
	w.nameIs("")
	w.wasDropped(metrics.DropNameConflict, 1)
	if groupstatus.ReadyReason(w.group()) != imv1alpha1.ReasonNameConflict {
		t.Errorf("conditions %v", w.group().Status.Conditions)
	}
}

func TestAnObservationIsSettledWithWhatBecameOfIt(t *testing.T) {
	g := created("g")
	groupstatus.Merge(g, appID, callback(event.Changed, time.Hour, "name", "ops").event.State, false)
	for _, c := range []struct {
		why  string
		app  *imv1alpha1.IMApp
		seen told
		fail error
		want string
	}{
		{"another name", theApp(), seen(event.Changed, "name", "new"), nil, metrics.ResyncChanged},
		{"the same", theApp(), seen(event.Changed, "name", "ops"), nil, metrics.ResyncUnchanged},
		{"gone", theApp(), seen(event.Disbanded), nil, metrics.ResyncGone},
		{"an invalid ID of a group that has lived", theApp(), invalidID(), nil, metrics.ResyncGone},
		{"suspended", theApp(suspended), seen(event.Changed, "name", "new"), nil, metrics.ResyncSkipped},
		{"refused for good", theApp(), seen(event.Changed, "name", "new"), tooLarge(), metrics.ResyncError},
		{"refused for now", theApp(), seen(event.Changed, "name", "new"), errRefused, ""},
	} {
		t.Run(c.why, func(t *testing.T) {
			w := newWorld(t, c.app, g.DeepCopy())
			w.fail["patch"] = c.fail
			c.seen.event.Key = theKey
			got := ""
			if c.seen.invalid {
				w.Observed.ObserveInvalid(c.seen.event, func(result string) { got = result })
			} else {
				w.Observed.Observe(c.seen.event, func(result string) { got = result })
			}
			w.look()
			if got != c.want {
				t.Errorf("settled as %q, want %q", got, c.want)
			}
			if ended := w.group().Status.DestroyedTime != nil; ended != (c.want == metrics.ResyncGone) {
				t.Errorf("disbanded: %t", ended)
			}
		})
	}
}

// A look and an event of one group are one request: the end of the event must not be the end of the look.
func TestAGroupIsLookedAtAfterItsEventWasDropped(t *testing.T) {
	g := created("g")
	groupstatus.Merge(g, appID+1, callback(event.Changed, 0, "name", "of another application").event.State, false)
	w := newWorld(t, theApp(), g)
	old := callback(event.Changed, 0, "name", "of another application")
	old.event.SDKAppID++
	w.pend(old)
	if again := w.look(); again <= 0 || again > time.Second {
		t.Fatalf("it is looked at again in %s", again)
	}
	w.wasDropped(metrics.DropAppChanged, 1)
	w.look()
	if got := w.group().Status; got.SDKAppID != appID || got.Name != nil {
		t.Errorf("the state of another application stays: %+v", got)
	}
}

func TestAPanicCostsNoWorker(t *testing.T) {
	w := newWorld(t, theApp())
	w.pend(callback(event.Changed, 0, "name", "ops"))
	w.decider.reader.cache = nil
	func() {
		defer func() { _ = recover() }()
		w.look()
		t.Error("it was to panic")
	}()
	if w.retry.places.holds(theKey) {
		t.Error("the worker is not given back")
	}
}

func TestANewerObservationTakesThePlaceOfAnOlderOne(t *testing.T) {
	w := newWorld(t, theApp())
	e := seen(event.Changed, "name", "ops").event
	e.Key = theKey
	got := ""
	w.Observed.Observe(e, func(result string) { got += "first " + result })
	w.Observed.Observe(e, func(result string) { got += ", second " + result })
	w.look()
	if got != "first skipped, second changed" {
		t.Error(got)
	}
}

func TestTwoIMGroupsOfOneGroupEndEqual(t *testing.T) {
	declared := created("g")
	declared.Name, declared.Labels = "mine", nil
	own := created("g")
	groupstatus.Merge(own, appID, event.NewState(event.Changed, event.Change{Time: 1000, Source: event.REST}, values("name", "ops", "owner", "ann")), false)
	groupstatus.Merge(declared, appID, event.NewState(event.Changed, event.Change{Time: 2000, Source: event.REST}, values("name", "ops")), false)
	w := newWorld(t, theApp(), own, declared)
	w.pend(callback(event.Changed, 0, "introduction", "i"))
	w.look()
	w.isPending(false)
	var list imv1alpha1.IMGroupList
	if err := w.api.List(t.Context(), &list); err != nil || len(list.Items) != 2 {
		t.Fatalf("%d IMGroups, %v", len(list.Items), err)
	}
	one, two := groupstatus.State(&list.Items[0].Status, appID), groupstatus.State(&list.Items[1].Status, appID)
	if diff := cmp.Diff(one, two); diff != "" {
		t.Errorf("-one +other\n%s", diff)
	}
	if owner, _ := two.Get(event.Owner); owner.Value != "ann" || merge.IsDestroyed(two) {
		t.Errorf("what one knew is lost: %v", two)
	}
}

func TestRetentionDeletesWhatIsDisbandedForLongEnough(t *testing.T) {
	minute := int32(60)
	g := created("g")
	w := newWorld(t, theApp(with(imv1alpha1.IMAppGroups{DestroyedRetentionSeconds: &minute})), g)
	w.pend(callback(event.Disbanded, 0))
	if again := w.look(); again <= 0 || again > time.Minute {
		t.Errorf("it looks again after %s, want at most a minute", again)
	}
	w.clock.step(time.Minute)
	w.look()
	if w.group().Name != "" {
		t.Error("the IMGroup is still there")
	}
	w.pend(callback(event.Changed, 2*time.Minute, "name", "late"))
	w.look()
	w.wasDropped(metrics.DropStale, 1)
}

func TestASweepWakesWhatIsNotSettled(t *testing.T) {
	fine, other := created("fine"), created("other")
	for _, g := range []*imv1alpha1.IMGroup{fine} {
		groupstatus.Merge(g, appID, callback(event.Changed, 0, "name", "ops").event.State, false)
	}
	w := newWorld(t, theApp(), fine, other)
	w.Inventory.Added(fine)
	w.Inventory.Added(other)
	if _, err := w.Reconcile(t.Context(), Request{Kind: Sweep}); err != nil {
		t.Fatal(err)
	}
	if got := w.line.take(); len(got) != 1 || got[0] != "0chatother-100" {
		t.Errorf("it wakes %q, want the one that nobody has looked at, low", got)
	}
	w.sweeper.leader = leads(false)
	if _, err := w.Reconcile(t.Context(), Request{Kind: Sweep}); err != nil || len(w.line.take()) > 0 {
		t.Error("only the leader sweeps")
	}
}

func tooLarge() error {
	return apierrors.NewInternalError(errors.New("etcdserver: request is too large"))
}
