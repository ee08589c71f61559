// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package resync

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/event"
	"github.com/imgroup-operator/imgroup-operator/internal/groupstatus"
	"github.com/imgroup-operator/imgroup-operator/internal/kube"
	"github.com/imgroup-operator/imgroup-operator/internal/metrics"
	"github.com/imgroup-operator/imgroup-operator/internal/queue"
	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

const (
	appID = 1400000000
	key   = "a-secret-key-of-an-application"
)

var errAway = errors.New("connection refused")

func keyOf(id string) event.Key { return event.Key{Namespace: "ns", App: "chat", GroupID: id} }

type leads bool

func (l leads) IsLeader() bool { return bool(l) }

// observer is group sync, which settles at once unless it is to hold what it gets.
type observer struct {
	ids  []string
	seen []event.Event
	hold bool
	held []func()
}

func (o *observer) take(name string, seen event.Event, settled func(string), result string) {
	o.ids, o.seen = append(o.ids, name), append(o.seen, seen)
	if o.hold {
		o.held = append(o.held, func() { settled(result) })
		return
	}
	settled(result)
}

func (o *observer) Observe(seen event.Event, settled func(string)) {
	o.take(seen.Key.GroupID, seen, settled, metrics.ResyncChanged)
}

func (o *observer) ObserveInvalid(seen event.Event, settled func(string)) {
	o.take("invalid "+seen.Key.GroupID, seen, settled, metrics.ResyncInvalid)
}

// refusals are what the API server answers, by verb. The zero value refuses nothing.
type refusals struct{ by sync.Map }

func (r *refusals) set(verb string, err error) { r.by.Store(verb, &err) }

func (r *refusals) of(verb string) error {
	if err, ok := r.by.Load(verb); ok {
		return *err.(*error)
	}
	return nil
}

// world is a resync with a fake cloud and a fake API server.
type world struct {
	*Controller
	t     *testing.T
	api   client.Client
	cloud *fakeim.Cloud
	seen  *observer
	fail  refusals
}

func withREST(edit ...func(*imv1alpha1.IMAppSpec)) *imv1alpha1.IMApp {
	app := &imv1alpha1.IMApp{ObjectMeta: metav1.ObjectMeta{Namespace: "ns", Name: "chat", UID: "u", Generation: 1, CreationTimestamp: metav1.Now()},
		Spec: imv1alpha1.IMAppSpec{SDKAppID: appID, Rest: &imv1alpha1.IMAppREST{BaseURL: "https://console.tim.qq.com", AdminUserID: "administrator",
			SecretKeySecretRef: imv1alpha1.SecretReference{Name: "rest"}}}}
	for _, f := range edit {
		f(&app.Spec)
	}
	return app
}

// onDemand, declared and suspended are edits of a spec.
func onDemand(s *imv1alpha1.IMAppSpec)  { s.Rest.ResyncIntervalSeconds = new(int32) }
func suspended(s *imv1alpha1.IMAppSpec) { s.Suspend = true }
func declared(s *imv1alpha1.IMAppSpec) {
	s.Groups = &imv1alpha1.IMAppGroups{CreationPolicy: imv1alpha1.CreateDeclared}
}

// groupOf is an IMGroup of the app of these tests, of which something is known.
func groupOf(id string, edit ...func(*imv1alpha1.IMGroup)) *imv1alpha1.IMGroup {
	g := &imv1alpha1.IMGroup{ObjectMeta: metav1.ObjectMeta{Namespace: "ns", Name: id},
		Spec: imv1alpha1.IMGroupSpec{AppRef: imv1alpha1.AppReference{Name: "chat"}, GroupID: id}}
	for _, f := range edit {
		f(g)
	}
	return g
}

func disbanded(g *imv1alpha1.IMGroup) {
	at := metav1.NewMicroTime(time.Unix(1, 0))
	g.Status.DestroyedTime = &at
}

// in runs a test in a world of its own, whose time is not real.
func in(t *testing.T, app *imv1alpha1.IMApp, test func(*world), objects ...client.Object) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := &world{t: t, cloud: fakeim.NewCloud(fakeim.Config{SDKAppID: appID, Key: key}), seen: &observer{}}
		w.api = fake.NewClientBuilder().WithScheme(kube.Scheme()).WithStatusSubresource(app).WithObjects(app,
			&corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: "ns", Name: "rest"}, Data: map[string][]byte{secretKeyKey: []byte(key + "\n")}}).
			WithObjects(objects...).Build()
		api := w.server()
		w.Controller = New(Config{Client: api, Live: api, Groups: api, Leader: leads(true), Observer: w.seen, Metrics: metrics.New(prometheus.NewRegistry()),
			Queue: &queue.Source[reconcile.Request]{}, Now: time.Now, AllowedHost: func(string) bool { return true }, Transport: fakeim.InMemory(w.cloud)})
		test(w)
		w.forget(chat)
	})
}

// server is the API server as the controller has it, which fails where a test says so.
func (w *world) server() client.Client {
	return interceptor.NewClient(w.api.(client.WithWatch), interceptor.Funcs{
		Get: func(ctx context.Context, c client.WithWatch, key client.ObjectKey, o client.Object, opts ...client.GetOption) error {
			return cmp.Or(w.fail.of("get"), c.Get(ctx, key, o, opts...))
		},
		List: func(ctx context.Context, c client.WithWatch, list client.ObjectList, opts ...client.ListOption) error {
			return cmp.Or(w.fail.of("list"), c.List(ctx, list, opts...))
		},
		SubResourcePatch: func(ctx context.Context, c client.Client, _ string, o client.Object, p client.Patch, opts ...client.SubResourcePatchOption) error {
			if err := w.fail.of("patch"); err != nil {
				return err
			}
			return c.Status().Patch(ctx, o, p, opts...)
		},
	})
}

func (w *world) create(ids ...string) {
	w.t.Helper()
	for _, id := range ids {
		if _, err := w.cloud.Create(fakeim.Group{ID: id, Name: "n"}, fakeim.By{}); err != nil {
			w.t.Fatal(err)
		}
	}
}

// many creates so many groups.
func (w *world) many(n int) {
	w.t.Helper()
	for i := range n {
		w.create(fmt.Sprint("g", i))
	}
}

// app is the IMApp as it is now.
func (w *world) app() *imv1alpha1.IMApp {
	w.t.Helper()
	app := &imv1alpha1.IMApp{}
	if err := w.api.Get(w.t.Context(), kube.Request(chat).NamespacedName, app); err != nil {
		w.t.Fatal(err)
	}
	return app
}

// edit changes the IMApp's spec or metadata, as somebody does in the middle of something.
func (w *world) edit(f func(*imv1alpha1.IMApp)) {
	w.t.Helper()
	app := w.app()
	f(app)
	if err := w.api.Update(w.t.Context(), app); err != nil {
		w.t.Fatal(err)
	}
}

// observed checks what group sync got, in any order.
func (w *world) observed(want ...string) {
	w.t.Helper()
	if got := slices.Sorted(slices.Values(w.seen.ids)); !slices.Equal(got, slices.Sorted(slices.Values(want))) {
		w.t.Errorf("observed %q, want %q", got, want)
	}
}

// look reconciles once.
func (w *world) look() (*imv1alpha1.IMApp, time.Duration) {
	w.t.Helper()
	result, err := w.Reconcile(w.t.Context(), kube.Request(chat))
	if err != nil {
		w.t.Fatal(err)
	}
	return w.app(), result.RequeueAfter
}

// says checks the condition Resynced.
func (w *world) says(app *imv1alpha1.IMApp, status metav1.ConditionStatus, reason, words string) {
	w.t.Helper()
	c := meta.FindStatusCondition(app.Status.Conditions, imv1alpha1.ConditionResynced)
	if c == nil || c.Status != status || c.Reason != reason || !strings.Contains(c.Message, words) {
		w.t.Errorf("Resynced is %+v, want %s %s with %q", c, status, reason, words)
	}
}

func TestAResyncSeesEveryGroupOnce(t *testing.T) {
	in(t, withREST(func(s *imv1alpha1.IMAppSpec) { s.Rest.CustomFieldKeys = []string{"Level"} }), func(w *world) {
		w.create("a", "b")
		app, next := w.look()
		w.says(app, metav1.ConditionTrue, imv1alpha1.ReasonResyncCompleted, "saw all 2 groups")
		s := app.Status.Resync
		if s.Watermark == nil || s.Watermark.After(time.Now()) || len(s.Unread) > 0 || !slices.Contains(s.WatermarkFields, "name") {
			t.Errorf("%+v", s)
		}
		if next < 5*time.Hour || next > 7*time.Hour {
			t.Errorf("the next one in %s", next)
		}
		if w.look(); len(w.seen.ids) != 2 {
			t.Errorf("observed %q", w.seen.ids)
		}
	})
}

func TestOneGroupThatTencentDoesNotTellOfDoesNotFailAResync(t *testing.T) {
	in(t, withREST(), func(w *world) {
		w.create("a", "odd", "b")
		w.cloud.Untell("odd")
		app, _ := w.look()
		w.says(app, metav1.ConditionTrue, imv1alpha1.ReasonResyncCompleted, `saw 2 groups; Tencent did not tell of 1 more, among them "odd"`)
		if s := app.Status.Resync; s.Watermark == nil || !slices.Equal(s.Unread, []string{"odd"}) {
			t.Errorf("%+v", s)
		}
	})
}

func TestOneUnreadableAnswerCostsNoOtherGroup(t *testing.T) {
	in(t, withREST(), func(w *world) {
		w.create("a", "odd", "b", "c")
		w.cloud.Inject(fakeim.Fault{Command: "get_group_info", Of: "odd", Body: []byte("<html>")})
		app, _ := w.look()
		w.says(app, metav1.ConditionTrue, imv1alpha1.ReasonResyncCompleted, `"odd"`)
		if slices.Sort(w.seen.ids); !slices.Equal(w.seen.ids, []string{"a", "b", "c"}) {
			t.Errorf("observed %q", w.seen.ids)
		}
	})
}

func TestManyGroupsWithoutAnAnswerFailAResync(t *testing.T) {
	in(t, withREST(), func(w *world) {
		for i := range maxUnread + 1 {
			id := string(rune('a' + i))
			w.create(id)
			w.cloud.Untell(id)
		}
		app, again := w.look()
		w.says(app, metav1.ConditionFalse, imv1alpha1.ReasonResyncFailed, "did not tell of 17 groups")
		if app.Status.Resync.Watermark != nil || again == 0 {
			t.Errorf("%+v, again in %s", app.Status.Resync, again)
		}
	})
}

func TestAServerWhoseAnswersCannotBeReadEndsAResync(t *testing.T) {
	in(t, withREST(), func(w *world) {
		w.many(200)
		w.cloud.Inject(fakeim.Fault{Command: "get_group_info", Body: []byte("<html>")})
		start := time.Now()
		app, _ := w.look()
		w.says(app, metav1.ConditionFalse, imv1alpha1.ReasonResyncFailed, "")
		if took := time.Since(start); took > 3*time.Minute {
			t.Errorf("it took %s", took)
		}
	})
}

func TestCustomFieldsThatAreRefusedAreNamedAndTheTextsCome(t *testing.T) {
	in(t, withREST(func(s *imv1alpha1.IMAppSpec) { s.Rest.CustomFieldKeys = []string{"NoSuchKey"} }), func(w *world) {
		w.create("a")
		w.cloud.Inject(fakeim.Fault{Command: "get_group_info", Of: "NoSuchKey", Code: 10004})
		app, _ := w.look()
		w.says(app, metav1.ConditionFalse, imv1alpha1.ReasonRequestRefused, "spec.rest.customFieldKeys")
		if !slices.Equal(w.seen.ids, []string{"a"}) {
			t.Errorf("observed %q", w.seen.ids)
		}
	})
}

func TestWithoutAReasonNothingIsSent(t *testing.T) {
	for why, c := range map[string]struct {
		app   *imv1alpha1.IMApp
		leads leads
	}{
		"a replica that does not lead": {withREST(), false},
		"suspended":                    {withREST(suspended), true},
		"no REST API":                  {withREST(func(s *imv1alpha1.IMAppSpec) { s.Rest = nil }), true},
		"on demand only":               {withREST(onDemand), true},
	} {
		in(t, c.app, func(w *world) {
			w.Leader = c.leads
			w.create("a")
			if w.look(); w.cloud.Calls("get_appid_group_list")+w.cloud.Calls("get_group_info") > 0 {
				t.Errorf("%s: something was sent", why)
			}
		})
	}
}

func TestASecretThatIsMissingIsNamed(t *testing.T) {
	in(t, withREST(func(s *imv1alpha1.IMAppSpec) { s.Rest.SecretKeySecretRef.Name = "other" }), func(w *world) {
		app, again := w.look()
		w.says(app, metav1.ConditionFalse, imv1alpha1.ReasonSecretNotFound, `"other"`)
		if again != secretCheck {
			t.Errorf("again in %s, want %s: it may come soon", again, secretCheck)
		}
	})
}

func TestASingleGroupThatIsWantedIsFetched(t *testing.T) {
	in(t, withREST(onDemand), func(w *world) {
		w.create("a", "b")
		w.look()
		w.Want(keyOf("b"))
		w.WantRest(keyOf("a"))
		if _, next := w.look(); !slices.Equal(w.seen.ids, []string{"b"}) || next != restDelay {
			t.Errorf("observed %q, next in %s", w.seen.ids, next)
		}
		time.Sleep(restDelay) // on synctest's clock
		if w.look(); !slices.Equal(w.seen.ids, []string{"b", "a"}) || w.cloud.Calls("get_appid_group_list") > 0 {
			t.Errorf("observed %q", w.seen.ids)
		}
	})
}

func TestAFailureIsTriedAgainLaterAndARequestIsAnswered(t *testing.T) {
	app := withREST()
	app.Annotations = map[string]string{imv1alpha1.AnnotationResyncRequestedAt: "now"}
	in(t, app, func(w *world) {
		w.create("a")
		remove := w.cloud.Inject(fakeim.Fault{Status: http.StatusServiceUnavailable})
		failed, again := w.look()
		w.says(failed, metav1.ConditionFalse, imv1alpha1.ReasonResyncFailed, "")
		if again <= 0 || again > retryFirst || failed.Status.Resync.LastHandledRequest != "now" {
			t.Errorf("again in %s; %+v", again, failed.Status.Resync)
		}
		remove()
		calls := w.cloud.Calls("get_appid_group_list")
		if w.look(); w.cloud.Calls("get_appid_group_list") != calls {
			t.Error("it was tried again at once")
		}
		time.Sleep(retryFirst) // on synctest's clock
		done, _ := w.look()
		w.says(done, metav1.ConditionTrue, imv1alpha1.ReasonResyncCompleted, "all 1 groups")
	})
}

func TestAFaultThatCouldNotBeSaidIsSaidAtTheNextLook(t *testing.T) {
	in(t, withREST(), func(w *world) {
		w.cloud.Inject(fakeim.Down)
		time.AfterFunc(time.Second, func() { w.fail.set("patch", errAway) }) // after its start is written
		if _, err := w.Reconcile(w.t.Context(), kube.Request(chat)); !errors.Is(err, errAway) {
			w.t.Fatalf("%v, want %v", err, errAway)
		}
		w.says(w.app(), metav1.ConditionUnknown, imv1alpha1.ReasonResyncRunning, "")
		w.fail.set("patch", nil)
		calls := w.cloud.Calls("get_appid_group_list")
		app, _ := w.look()
		w.says(app, metav1.ConditionFalse, imv1alpha1.ReasonResyncFailed, "")
		if w.cloud.Calls("get_appid_group_list") != calls {
			t.Error("Tencent was asked again before its time")
		}
	})
}

func TestAnAPIServerThatIsAwayFailsALook(t *testing.T) {
	for _, verb := range []string{"get", "list", "patch"} {
		in(t, withREST(onDemand), func(w *world) {
			w.fail.set(verb, errAway)
			if _, err := w.Reconcile(w.t.Context(), kube.Request(chat)); !errors.Is(err, errAway) {
				t.Errorf("%s: %v, want %v", verb, err, errAway)
			}
		})
	}
}

func TestOnDemandOnlyIsSaidUntilSomebodyAsks(t *testing.T) {
	in(t, withREST(onDemand), func(w *world) {
		w.create("a")
		app, next := w.look()
		w.says(app, metav1.ConditionUnknown, imv1alpha1.ReasonAwaitingFirstResync, "")
		if next != 0 {
			t.Errorf("it comes back after %s although nothing is due", next)
		}
		w.edit(func(app *imv1alpha1.IMApp) {
			app.Annotations = map[string]string{imv1alpha1.AnnotationResyncRequestedAt: "now"}
		})
		app, _ = w.look()
		w.says(app, metav1.ConditionTrue, imv1alpha1.ReasonResyncCompleted, "")
		if w.look(); app.Status.Resync.LastHandledRequest != "now" || w.cloud.Calls("get_appid_group_list") != 1 {
			t.Errorf("%+v after %d resyncs, want one", app.Status.Resync, w.cloud.Calls("get_appid_group_list"))
		}
	})
}

func TestEachLeaderAsksOnceForDeclaredGroupsOfWhichNothingIsKnown(t *testing.T) {
	known := groupOf("known", func(g *imv1alpha1.IMGroup) {
		groupstatus.Merge(g, appID, event.NewState(event.Changed, event.Change{Time: 1, Source: event.REST}, []event.Value{{Field: event.Name, Value: "n"}}), false)
	})
	other := groupOf("other", func(g *imv1alpha1.IMGroup) { g.Spec.AppRef.Name = "another" })
	in(t, withREST(onDemand), func(w *world) {
		w.create("known", "unknown", "other")
		w.look()
		w.look()
		w.observed("unknown")
		w.Elected()
		w.look()
		w.observed("unknown", "unknown")
	}, known, groupOf("unknown"), other)
}

func TestATermBeginsWithAFullResync(t *testing.T) {
	in(t, withREST(), func(w *world) {
		w.create("a")
		w.look()
		w.look()
		w.Elected()
		time.Sleep(2 * time.Second) // the cloud lists once a second
		w.look()
		w.observed("a", "a")
	})
}

func TestAReplicaThatDoesNotLeadTakesNoWishes(t *testing.T) {
	in(t, withREST(onDemand), func(w *world) {
		w.create("a")
		w.Leader = leads(false)
		w.Want(keyOf("a"))
		w.Leader = leads(true)
		w.look()
		w.observed()
	})
}

func TestAnIMAppThatIsGoneOrLeavingIsForgotten(t *testing.T) {
	now := metav1.Now()
	leaving := withREST()
	leaving.DeletionTimestamp, leaving.Finalizers = &now, []string{"test/stay"}
	gone := withREST()
	gone.Name = "other"
	for why, app := range map[string]*imv1alpha1.IMApp{"gone": gone, "leaving": leaving, "suspended": withREST(suspended)} {
		in(t, app, func(w *world) {
			w.Want(keyOf("a"))
			if _, err := w.Reconcile(w.t.Context(), kube.Request(chat)); err != nil || len(w.terms.all) > 0 {
				t.Errorf("%s: %v, %d apps are remembered", why, err, len(w.terms.all))
			}
		})
	}
}

// What is written of a resync goes when spec.rest does, and stays while the IMApp is suspended.
func TestTheConditionGoesWithTheRESTAPI(t *testing.T) {
	for why, c := range map[string]struct {
		edit func(*imv1alpha1.IMApp)
		want int
	}{
		"without it": {func(app *imv1alpha1.IMApp) { app.Spec.Rest = nil }, 0},
		"suspended":  {func(app *imv1alpha1.IMApp) { app.Spec.Suspend = true }, 1},
	} {
		in(t, withREST(), func(w *world) {
			w.look()
			w.edit(c.edit)
			if app, next := w.look(); len(app.Status.Conditions) != c.want || next != 0 {
				t.Errorf("%s: conditions %v, again in %s", why, app.Status.Conditions, next)
			}
		})
	}
}

// A change of the spec, of the Secret or of the annotation ends the wait.
func TestAPersonsChangeEndsTheWaitAfterAFault(t *testing.T) {
	for why, change := range map[string]func(*world){
		"the spec": func(w *world) { w.edit(func(app *imv1alpha1.IMApp) { app.Generation++ }) },
		"the annotation": func(w *world) {
			w.edit(func(app *imv1alpha1.IMApp) {
				app.Annotations = map[string]string{imv1alpha1.AnnotationResyncRequestedAt: "now"}
			})
		},
		"the Secret": func(w *world) {
			secret := &corev1.Secret{}
			name := client.ObjectKey{Namespace: "ns", Name: "rest"}
			if err := errors.Join(w.api.Get(w.t.Context(), name, secret), w.api.Update(w.t.Context(), secret)); err != nil {
				w.t.Fatal(err)
			}
		},
	} {
		in(t, withREST(), func(w *world) {
			remove := w.cloud.Inject(fakeim.WrongHost)
			app, again := w.look()
			w.says(app, metav1.ConditionFalse, imv1alpha1.ReasonRequestRefused, "")
			if again != secretCheck {
				t.Errorf("%s: again in %s, want %s", why, again, secretCheck)
			}
			remove()
			time.Sleep(configurationRetry - time.Second) // on synctest's clock
			app, _ = w.look()
			w.says(app, metav1.ConditionFalse, imv1alpha1.ReasonRequestRefused, "")
			change(w)
			app, _ = w.look()
			w.says(app, metav1.ConditionTrue, imv1alpha1.ReasonResyncCompleted, "")
		})
	}
}

// The condition does not speak of a single group that could not be fetched; it is asked for again.
func TestASingleGroupThatCouldNotBeFetchedIsAskedForAgain(t *testing.T) {
	in(t, withREST(onDemand), func(w *world) {
		w.create("a")
		w.look()
		remove := w.cloud.Inject(fakeim.Down)
		w.Want(keyOf("a"))
		app, again := w.look()
		w.says(app, metav1.ConditionUnknown, imv1alpha1.ReasonAwaitingFirstResync, "")
		if again <= 0 || again > retryFirst {
			t.Errorf("again in %s, want at most %s", again, retryFirst)
		}
		remove()
		time.Sleep(retryFirst) // on synctest's clock
		w.look()
		w.observed("a")
	})
}

func TestTheNextResyncComesAfterTheInterval(t *testing.T) {
	interval := int32(60)
	in(t, withREST(func(s *imv1alpha1.IMAppSpec) { s.Rest.ResyncIntervalSeconds = &interval }), func(w *world) {
		w.create("a")
		app, next := w.look()
		for range 5 {
			for last := app.Status.Resync.StartTime; app.Status.Resync.StartTime.Equal(last); {
				if next <= 0 {
					w.t.Fatal("it does not come back")
				}
				time.Sleep(next) // on synctest's clock
				if app, next = w.look(); !app.Status.Resync.StartTime.Equal(last) {
					if passed := app.Status.Resync.StartTime.Sub(last.Time); passed < 54*time.Second || passed > 67*time.Second {
						t.Errorf("%s after the last one, want 60 s, give or take a tenth", passed)
					}
				}
			}
		}
		if got := w.cloud.Calls("get_appid_group_list"); got != 6 {
			t.Errorf("%d resyncs, want 6", got)
		}
	})
}
