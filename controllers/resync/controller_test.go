// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package resync

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/reconcile"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/event"
	"github.com/imgroup-operator/imgroup-operator/internal/kube"
	"github.com/imgroup-operator/imgroup-operator/internal/metrics"
	"github.com/imgroup-operator/imgroup-operator/internal/queue"
	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

const (
	appID = 1400000000
	key   = "a-secret-key-of-an-application"
)

type leads bool

func (l leads) IsLeader() bool { return bool(l) }

// taken are observations that group sync has settled at once.
type taken struct{ ids []string }

func (o *taken) Observe(seen event.Event, settled func(string)) {
	o.ids = append(o.ids, seen.Key.GroupID)
	settled(metrics.ResyncChanged)
}

func (o *taken) ObserveInvalid(seen event.Event, settled func(string)) {
	o.ids = append(o.ids, "invalid "+seen.Key.GroupID)
	settled(metrics.ResyncInvalid)
}

// world is a resync with a fake cloud and a fake API server.
type world struct {
	*Controller
	t     *testing.T
	api   client.Client
	cloud *fakeim.Cloud
	seen  *taken
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

// run runs a test in a world of its own, whose time is not real.
func in(t *testing.T, app *imv1alpha1.IMApp, test func(*world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := &world{t: t, cloud: fakeim.NewCloud(fakeim.Config{SDKAppID: appID, Key: key}), seen: &taken{}}
		w.api = fake.NewClientBuilder().WithScheme(kube.Scheme()).WithStatusSubresource(app).WithObjects(app,
			&corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: "ns", Name: "rest"}, Data: map[string][]byte{secretKeyKey: []byte(key + "\n")}}).Build()
		w.Controller = New(Config{Client: w.api, Live: w.api, Leader: leads(true), Observer: w.seen, Metrics: metrics.New(prometheus.NewRegistry()),
			Queue: &queue.Source[reconcile.Request]{}, Now: time.Now, AllowedHost: func(string) bool { return true }, Transport: fakeim.InMemory(w.cloud)})
		test(w)
		w.forget(chat)
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

// look reconciles once.
func (w *world) look() (*imv1alpha1.IMApp, time.Duration) {
	w.t.Helper()
	result, err := w.Reconcile(w.t.Context(), kube.Request(chat))
	if err != nil {
		w.t.Fatal(err)
	}
	app := &imv1alpha1.IMApp{}
	if err := w.api.Get(w.t.Context(), kube.Request(chat).NamespacedName, app); err != nil {
		w.t.Fatal(err)
	}
	return app, result.RequeueAfter
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
		for i := range 200 {
			w.create("g" + string(rune('a'+i/26)) + string(rune('a'+i%26)))
		}
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

// A Date that is ahead would make the callbacks of this moment stale.
func TestTheWatermarkIsNeverAboveLocalTime(t *testing.T) {
	start := time.Unix(1_700_000_000, 500_000_000)
	for _, c := range []struct {
		why    string
		server time.Duration // after start
		want   time.Time
	}{
		{"the same clock", 2 * time.Second, start.Truncate(time.Second)},
		{"a Date that is behind", -time.Minute, start.Add(-62 * time.Second).Truncate(time.Second)},
		{"a Date that is ahead", time.Hour, start},
	} {
		if got := watermark(start, start.Add(2*time.Second), start.Add(c.server)); got.After(start) || got.Sub(c.want).Abs() > time.Second {
			t.Errorf("%s: %s, want %s", c.why, got, c.want)
		}
	}
}

func TestWithoutAReasonNothingIsSent(t *testing.T) {
	for why, c := range map[string]struct {
		app   *imv1alpha1.IMApp
		leads leads
	}{
		"a replica that does not lead": {withREST(), false},
		"suspended":                    {withREST(func(s *imv1alpha1.IMAppSpec) { s.Suspend = true }), true},
		"no REST API":                  {withREST(func(s *imv1alpha1.IMAppSpec) { s.Rest = nil }), true},
		"on demand only":               {withREST(func(s *imv1alpha1.IMAppSpec) { s.Rest.ResyncIntervalSeconds = new(int32) }), true},
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
	in(t, withREST(func(s *imv1alpha1.IMAppSpec) { s.Rest.ResyncIntervalSeconds = new(int32) }), func(w *world) {
		w.create("a", "b")
		w.look()
		w.Want(event.Key{Namespace: "ns", App: "chat", GroupID: "b"})
		w.WantRest(event.Key{Namespace: "ns", App: "chat", GroupID: "a"})
		if _, next := w.look(); !slices.Equal(w.seen.ids, []string{"b"}) || next != restDelay {
			t.Errorf("observed %q, next in %s", w.seen.ids, next)
		}
		time.Sleep(restDelay)
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
		time.Sleep(retryFirst)
		done, _ := w.look()
		w.says(done, metav1.ConditionTrue, imv1alpha1.ReasonResyncCompleted, "all 1 groups")
	})
}
