// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/controllers/inventory"
	"github.com/imgroup-operator/imgroup-operator/internal/apps"
	"github.com/imgroup-operator/imgroup-operator/internal/conditions"
	"github.com/imgroup-operator/imgroup-operator/internal/groupstatus"
	"github.com/imgroup-operator/imgroup-operator/internal/kube"
	"github.com/imgroup-operator/imgroup-operator/internal/queue"
	"github.com/imgroup-operator/imgroup-operator/internal/recorder"
)

type leads bool

func (l leads) IsLeader() bool { return bool(l) }

type notes struct{ reasons []string }

func (n *notes) Eventf(_, _ runtime.Object, _, reason, _, _ string, _ ...any) {
	n.reasons = append(n.reasons, reason)
}

// desk is the status controller with neighbours that are no servers.
type desk struct {
	*Status
	t       *testing.T
	api     client.Client
	now     time.Time
	notes   notes
	resumed []int64
}

func newDesk(t *testing.T, app *imv1alpha1.IMApp) *desk {
	t.Helper()
	d := &desk{t: t, now: time.Unix(1_700_000_000, 0)}
	d.api = fake.NewClientBuilder().WithScheme(kube.Scheme()).WithObjects(app).WithStatusSubresource(app).Build()
	d.Status = NewStatus(StatusConfig{Client: d.api, Leader: leads(true), Registry: &apps.Registry{}, Inventory: inventory.New(func(apps.Key) {}),
		ExternalURL: "https://im.example.com/", Events: recorder.New(&d.notes), Now: func() time.Time { return d.now },
		AllowedHost: func(url string) bool { return url == "https://allowed" },
		Resumed:     func(_ apps.Key, generation int64) { d.resumed = append(d.resumed, generation) }})
	d.Inventory.Complete()
	return d
}

// load says what the loader found out.
func (d *desk) load(app *imv1alpha1.IMApp, problem apps.Problem) {
	d.Registry.Set(apps.App{Key: chat, UID: string(app.UID), Generation: app.Generation, SDKAppID: appID, Ready: problem.Reason == "", Problem: problem})
}

func (d *desk) look() *imv1alpha1.IMApp {
	d.t.Helper()
	if _, err := d.Reconcile(d.t.Context(), kube.Request(chat)); err != nil {
		d.t.Fatal(err)
	}
	app := &imv1alpha1.IMApp{}
	if err := d.api.Get(d.t.Context(), kube.Request(chat).NamespacedName, app); err != nil {
		d.t.Fatal(err)
	}
	return app
}

func reasons(app *imv1alpha1.IMApp) map[string]string {
	all := map[string]string{}
	for _, c := range app.Status.Conditions {
		all[c.Type] = string(c.Status) + " " + c.Reason
	}
	return all
}

func TestTheStatusSaysWhatIsKnown(t *testing.T) {
	for _, c := range []struct {
		why     string
		edit    func(*imv1alpha1.IMAppSpec)
		problem apps.Problem
		want    map[string]string
	}{
		{"all is well", func(*imv1alpha1.IMAppSpec) {}, apps.Problem{}, map[string]string{"Ready": "True Ready", "CallbackAuthenticated": "True Signed"}},
		{"unsigned", func(s *imv1alpha1.IMAppSpec) { s.Callback = imv1alpha1.IMAppCallback{AllowUnsigned: true} }, apps.Problem{},
			map[string]string{"Ready": "True Ready", "CallbackAuthenticated": "False Unsigned"}},
		{"no Secret", func(*imv1alpha1.IMAppSpec) {}, apps.Problem{Reason: "SecretNotFound", Message: "m"},
			map[string]string{"Ready": "False SecretNotFound", "CallbackAuthenticated": "Unknown SecretNotFound", "Reconciling": "True SecretNotFound"}},
		{"suspended", func(s *imv1alpha1.IMAppSpec) { s.Suspend = true }, apps.Problem{}, map[string]string{"Ready": "True Suspended", "CallbackAuthenticated": "True Signed"}},
		{"a host that is not allowed", func(s *imv1alpha1.IMAppSpec) { s.Rest = &imv1alpha1.IMAppREST{BaseURL: "https://other"} }, apps.Problem{},
			map[string]string{"Ready": "False InvalidSpec", "CallbackAuthenticated": "True Signed", "Stalled": "True InvalidSpec"}},
	} {
		t.Run(c.why, func(t *testing.T) {
			app := signed()
			c.edit(&app.Spec)
			d := newDesk(t, app)
			d.load(app, c.problem)
			got := d.look()
			if diff := cmp.Diff(c.want, reasons(got)); diff != "" {
				t.Errorf("-want +got\n%s", diff)
			}
			if got.Status.CallbackURL != "https://im.example.com"+app.CallbackPath() || *got.Status.Groups != 0 {
				t.Errorf("%+v", got.Status)
			}
			if d.look(); (len(d.notes.reasons) == 1) != (c.want["Stalled"] != "") {
				t.Errorf("Events %q", d.notes.reasons)
			}
		})
	}
}

func TestOnlyTheLeaderWritesAndOnlyWhatTheLoaderHasSeen(t *testing.T) {
	app := signed()
	d := newDesk(t, app)
	if got := d.look(); len(got.Status.Conditions) > 0 {
		t.Error("the loader has not seen it yet")
	}
	d.load(app, apps.Problem{})
	d.Leader = leads(false)
	if got := d.look(); len(got.Status.Conditions) > 0 {
		t.Error("this replica does not lead")
	}
}

func TestCountsAreWrittenOnceAMinuteAndNotBeforeAllIsCounted(t *testing.T) {
	app := signed()
	d := newDesk(t, app)
	d.Inventory = inventory.New(func(apps.Key) {})
	d.load(app, apps.Problem{})
	group := func(name string) *imv1alpha1.IMGroup {
		g := &imv1alpha1.IMGroup{ObjectMeta: metav1.ObjectMeta{Namespace: "ns", Name: name}, Spec: imv1alpha1.IMGroupSpec{AppRef: imv1alpha1.AppReference{Name: "chat"}}}
		g.Status.LastChange = &imv1alpha1.LastChange{EventTime: groupstatus.MicroTime(1_600_000_000_000)}
		return g
	}
	d.Inventory.Added(group("a"))
	if got := d.look(); got.Status.Groups != nil {
		t.Error("a count that is not complete was written")
	}
	d.Inventory.Complete()
	if got := d.look(); *got.Status.Groups != 1 || got.Status.LastChangeTime == nil {
		t.Errorf("%+v", got.Status)
	}
	d.Inventory.Added(group("b"))
	if got := d.look(); *got.Status.Groups != 1 {
		t.Error("the count was written again at once")
	}
	d.now = d.now.Add(countInterval)
	if got := d.look(); *got.Status.Groups != 2 {
		t.Error("the count was not written a minute later")
	}
}

func TestNameConflictsAreSaid(t *testing.T) {
	app := signed()
	d := newDesk(t, app)
	d.load(app, apps.Problem{})
	g := &imv1alpha1.IMGroup{ObjectMeta: metav1.ObjectMeta{Namespace: "ns", Name: "taken"}, Spec: imv1alpha1.IMGroupSpec{AppRef: imv1alpha1.AppReference{Name: "chat"}}}
	conditions.Set(&g.Status.Conditions, 1, conditions.New(imv1alpha1.ConditionReady, metav1.ConditionFalse, imv1alpha1.ReasonNameConflict, "m"))
	d.Inventory.Added(g)
	if got := reasons(d.look())["NameConflict"]; got != "True NameTaken" {
		t.Errorf("NameConflict is %q", got)
	}
	d.Inventory.Removed(g)
	if got := reasons(d.look())["NameConflict"]; got != "" {
		t.Errorf("NameConflict is %q after the object has gone", got)
	}
}

// The replica that led when the IMApp was resumed may be gone: the status still says Suspended.
func TestAResumptionThatNobodyWasThereForIsNotLost(t *testing.T) {
	app := signed()
	app.Spec.Suspend = true
	d := newDesk(t, app)
	d.load(app, apps.Problem{})
	suspended := d.look()
	if len(d.resumed) > 0 {
		t.Fatal("it is suspended")
	}
	suspended.Spec.Suspend = false
	if err := d.api.Update(t.Context(), suspended); err != nil {
		t.Fatal(err)
	}
	d.load(suspended, apps.Problem{})
	d.look()
	d.look()
	if len(d.resumed) != 1 {
		t.Errorf("resumed %v, want once", d.resumed)
	}
}

func TestTheFirstGroupsAreCountedWithinSeconds(t *testing.T) {
	app := &imv1alpha1.IMApp{ObjectMeta: metav1.ObjectMeta{Namespace: chat.Namespace, Name: chat.Name, UID: "1", Generation: 1}}
	d := newDesk(t, app)
	d.load(app, apps.Problem{})
	d.look()
	add := func(name string) {
		d.Inventory.Added(&imv1alpha1.IMGroup{ObjectMeta: metav1.ObjectMeta{Namespace: chat.Namespace, Name: name},
			Spec: imv1alpha1.IMGroupSpec{AppRef: imv1alpha1.AppReference{Name: chat.Name}}})
	}
	for n := range inventory.Few + 2 {
		add(fmt.Sprint("g", n))
		before := *d.look().Status.Groups
		result, err := d.Reconcile(t.Context(), kube.Request(chat))
		if err != nil {
			t.Fatal(err)
		}
		want := countSoon
		if before >= inventory.Few {
			want = countInterval
		}
		if result.RequeueAfter > want || result.RequeueAfter <= 0 {
			t.Errorf("with %d of %d groups counted it comes back after %s", before, n+1, result.RequeueAfter)
		}
		d.now = d.now.Add(want)
		if got := *d.look().Status.Groups; int(got) != n+1 {
			t.Errorf("%d groups are counted after %s, want %d", got, want, n+1)
		}
	}
}

func TestTheFirstChangeIsToldWithinSeconds(t *testing.T) {
	app := &imv1alpha1.IMApp{ObjectMeta: metav1.ObjectMeta{Namespace: chat.Namespace, Name: chat.Name, UID: "1", Generation: 1}}
	d := newDesk(t, app)
	d.load(app, apps.Problem{})
	group := &imv1alpha1.IMGroup{ObjectMeta: metav1.ObjectMeta{Namespace: chat.Namespace, Name: "g"},
		Spec: imv1alpha1.IMGroupSpec{AppRef: imv1alpha1.AppReference{Name: chat.Name}}}
	d.Inventory.Added(group)
	d.look()
	change := func(at time.Time) {
		changed := group.DeepCopy()
		changed.Status.LastChange = &imv1alpha1.LastChange{EventTime: metav1.MicroTime{Time: at}}
		d.Inventory.Changed(group, changed)
	}
	first := d.now
	change(first)
	if result, err := d.Reconcile(t.Context(), kube.Request(chat)); err != nil || result.RequeueAfter != countSoon {
		t.Errorf("the first change comes back after %s, %v; want %s", result.RequeueAfter, err, countSoon)
	}
	d.now = d.now.Add(countSoon)
	if got := d.look().Status.LastChangeTime; got == nil || !got.Time.Equal(first.Truncate(time.Millisecond)) {
		t.Errorf("after %s it is %v, want %v", countSoon, got, first)
	}
	change(first.Add(time.Second))
	if result, err := d.Reconcile(t.Context(), kube.Request(chat)); err != nil || result.RequeueAfter != countInterval {
		t.Errorf("a later change comes back after %s, %v; want %s", result.RequeueAfter, err, countInterval)
	}
}

func TestReadySaysWhichTokenMayNotMatch(t *testing.T) {
	for token, want := range map[string]string{
		"good":        "",
		" good":       `the key "token" of Secret "s" begins or ends with white space, so signatures may not match it`,
		"good\t":      `the key "token" of Secret "s" begins or ends with white space, so signatures may not match it`,
		"\ufeffgood":  `the key "token" of Secret "s" begins with a byte order mark, so signatures may not match it`,
		"go\x00d":     `the key "token" of Secret "s" has a NUL byte, so signatures may not match it`,
		"go od\u00e9": "",
	} {
		if got := doubts("s", [][]byte{[]byte(token)}); got != want {
			t.Errorf("of %q it says %q, want %q", token, got, want)
		}
	}
	if got := doubts("s", [][]byte{[]byte("good"), []byte("old ")}); !strings.Contains(got, `"previousToken"`) {
		t.Errorf("of a bad previous token it says %q", got)
	}
	known := apps.App{Ready: true, Warning: "the key"}
	if c := appReady(&imv1alpha1.IMApp{}, known, inventory.Report{}, ""); c.Status != metav1.ConditionTrue || c.Message != "callbacks are accepted; but the key" {
		t.Errorf("the condition is %v", c)
	}
}

func TestAStatusThatIsNotTakenComesBackInItsTime(t *testing.T) {
	imapps := schema.GroupResource{Resource: "imapps"}
	for _, c := range []struct {
		why      string
		err      error
		min, max time.Duration
		fails    bool
	}{
		{"another writer was faster", apierrors.NewConflict(imapps, "chat", errAway), queue.BackoffFirst, queue.BackoffFirst, false},
		{"an outage, which thousands of IMApps meet", apierrors.NewServiceUnavailable("starting"), statusRetry, 2 * statusRetry, false},
		{"a refusal", apierrors.NewForbidden(imapps, "chat", errAway), 0, 0, true},
	} {
		app := signed()
		d := newDesk(t, app)
		d.load(app, apps.Problem{})
		d.Client = interceptor.NewClient(d.api.(client.WithWatch), interceptor.Funcs{
			SubResourcePatch: func(context.Context, client.Client, string, client.Object, client.Patch, ...client.SubResourcePatchOption) error {
				return c.err
			}})
		result, err := d.Reconcile(t.Context(), kube.Request(chat))
		if (err != nil) != c.fails || result.RequeueAfter < c.min || result.RequeueAfter > c.max {
			t.Errorf("%s: %v, again in %s", c.why, err, result.RequeueAfter)
		}
		if len(d.counted) > 0 || len(d.notes.reasons) > 0 {
			t.Errorf("%s: it counts as written", c.why)
		}
	}
}

// Those of one namespace, behind a webhook that hangs, must not hold the writers of all.
func TestAWriteThatHangsIsGivenUpAfterSeconds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		app := signed()
		d := newDesk(t, app)
		d.load(app, apps.Problem{})
		d.Client = interceptor.NewClient(d.api.(client.WithWatch), interceptor.Funcs{
			SubResourcePatch: func(ctx context.Context, _ client.Client, _ string, _ client.Object, _ client.Patch, _ ...client.SubResourcePatchOption) error {
				<-ctx.Done()
				return ctx.Err()
			}})
		start := time.Now()
		result, err := d.Reconcile(t.Context(), kube.Request(chat))
		if took := time.Since(start); took != 3*time.Second || err != nil || result.RequeueAfter < statusRetry {
			t.Errorf("given up after %s: %v, again in %s", took, err, result.RequeueAfter)
		}
	})
}

func TestAStatusIsOfTheSpecThatTheLoaderHasSeen(t *testing.T) {
	for why, edit := range map[string]func(*imv1alpha1.IMApp){
		"another spec":   func(app *imv1alpha1.IMApp) { app.Generation-- },
		"another object": func(app *imv1alpha1.IMApp) { app.UID = "before" },
	} {
		d, seen := newDesk(t, signed()), signed()
		edit(seen)
		if d.load(seen, apps.Problem{}); len(d.look().Status.Conditions) > 0 {
			t.Errorf("%s: a status was written", why)
		}
	}
}

func TestAnIMAppThatIsGoneIsForgotten(t *testing.T) {
	app := signed()
	d := newDesk(t, app)
	d.load(app, apps.Problem{})
	d.look()
	if err := d.api.Delete(t.Context(), app); err != nil || len(d.counted) != 1 {
		t.Fatalf("%v, %d counted", err, len(d.counted))
	}
	if _, err := d.Reconcile(t.Context(), kube.Request(chat)); err != nil || len(d.counted) > 0 {
		t.Errorf("%v, %d are remembered", err, len(d.counted))
	}
}

// The inventory of a new leader may have seen less than the old one's.
func TestTheLastChangeNeverMovesBack(t *testing.T) {
	newest := time.Unix(2000, 0)
	for _, c := range []struct {
		known, seen time.Time
		want        time.Time
	}{
		{time.Time{}, newest, newest}, {newest.Add(-time.Second), newest, newest}, {newest.Add(time.Second), newest, newest.Add(time.Second)}, {newest, time.Time{}, newest},
	} {
		s := &imv1alpha1.IMAppStatus{}
		if !c.known.IsZero() {
			at := metav1.NewMicroTime(c.known)
			s.LastChangeTime = &at
		}
		if setCounts(s, inventory.Report{Groups: 3, Newest: c.seen}); !s.LastChangeTime.Time.Equal(c.want) || *s.Groups != 3 {
			t.Errorf("known %s, seen %s: %s", c.known, c.seen, s.LastChangeTime)
		}
	}
}

func TestReadySaysThatTheLimitIsReached(t *testing.T) {
	for created, want := range map[int]bool{1: false, 2: true, 3: true} {
		app := signed()
		two := int32(2)
		app.Spec.Groups = &imv1alpha1.IMAppGroups{MaxCount: &two}
		c := appReady(app, apps.App{Ready: true}, inventory.Report{Created: created}, "")
		if c.Status != metav1.ConditionTrue || strings.Contains(c.Message, "spec.groups.maxCount (2) is reached") != want {
			t.Errorf("with %d of 2: %+v", created, c)
		}
	}
}

func TestAConflictNamesUpToFiveIMGroups(t *testing.T) {
	const words = "IMGroups with a name that belongs to another group, whose state cannot be stored: "
	for want, names := range map[string][]string{
		"":                                 nil,
		words + "a":                        {"a"},
		words + "a, b, c, d, e":            {"a", "b", "c", "d", "e"},
		words + "a, b, c, d, e and 2 more": {"a", "b", "c", "d", "e", "f", "g"},
	} {
		if got := conflictMessage(names); got != want {
			t.Errorf("of %q it says %q", names, got)
		}
	}
}
