// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package resync

import (
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/prometheus/client_golang/prometheus/testutil"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/event"
	"github.com/imgroup-operator/imgroup-operator/internal/imcloud"
	"github.com/imgroup-operator/imgroup-operator/internal/kube"
	"github.com/imgroup-operator/imgroup-operator/internal/merge"
	"github.com/imgroup-operator/imgroup-operator/internal/metrics"
	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

func TestAFullResyncAsksForWhatOnlyKubernetesKnowsToo(t *testing.T) {
	another := groupOf("another's", func(g *imv1alpha1.IMGroup) { g.Spec.AppRef.Name = "another" })
	for _, c := range []struct {
		why   string
		edit  func(*imv1alpha1.IMAppSpec)
		lists int
		want  []string
	}{
		{"by default", func(*imv1alpha1.IMAppSpec) {}, 1, []string{"cloud", "both", "gone"}},
		{"only declared ones, disbanded ones too", declared, 0, []string{"both", "gone", "disbanded"}},
	} {
		in(t, withREST(c.edit), func(w *world) {
			w.create("cloud", "both")
			app, _ := w.look()
			w.observed(c.want...)
			w.says(app, metav1.ConditionTrue, imv1alpha1.ReasonResyncCompleted, "all 3 groups")
			if got := w.cloud.Calls("get_appid_group_list"); got != c.lists {
				t.Errorf("%s: %d lists, want %d", c.why, got, c.lists)
			}
			for _, e := range w.seen.seen {
				if ended := e.Key.GroupID == "gone" || e.Key.GroupID == "disbanded"; merge.IsDestroyed(e.State) != ended {
					t.Errorf("%s: %s is disbanded: %t", c.why, e.Key.GroupID, !ended)
				}
				if e.SDKAppID != appID || e.Key.Namespace != "ns" || e.Key.App != "chat" || e.State.Last.Source != event.REST {
					t.Errorf("%s: %+v", c.why, e)
				}
			}
		}, groupOf("both"), groupOf("gone"), groupOf("disbanded", disbanded), another)
	}
}

func TestAnIDThatNoGroupCanHaveIsSaidSo(t *testing.T) {
	in(t, withREST(), func(w *world) {
		w.create("a")
		app, _ := w.look()
		w.observed("a", "invalid not an ID \x00")
		w.says(app, metav1.ConditionTrue, imv1alpha1.ReasonResyncCompleted, "all 2 groups")
		for result, want := range map[string]float64{metrics.ResyncChanged: 1, metrics.ResyncInvalid: 1, metrics.ResyncError: 0} {
			if got := testutil.ToFloat64(w.Metrics.ResyncGroups.WithLabelValues(result)); got != want {
				t.Errorf("%v groups are counted as %s, want %v", got, result, want)
			}
		}
	}, groupOf("not an ID \x00"))
}

func TestACustomFieldThatAGroupDoesNotHaveIsKnownToBeEmpty(t *testing.T) {
	in(t, withREST(func(s *imv1alpha1.IMAppSpec) { s.Rest.CustomFieldKeys = []string{"Level"} }), func(w *world) {
		w.create("a")
		app, _ := w.look()
		if r, known := w.seen.seen[0].State.Get(event.CustomPrefix + "Level"); !known || r.Value != "" {
			t.Errorf("Level is %+v, known %t", r, known)
		}
		fields := app.Status.Resync.WatermarkFields
		if len(fields) == 0 || fields[0] != event.CustomPrefix+"Level" {
			t.Errorf("the watermark holds for %q", fields)
		}
	})
}

// What bounds the memory of a resync: asking pauses while group sync has enough to do.
func TestAskingPausesWhileTheWindowIsFull(t *testing.T) {
	in(t, withREST(), func(w *world) {
		w.many(windowSize + 1)
		w.seen.hold = true
		ended := make(chan error, 1)
		go func() {
			_, err := w.Reconcile(w.t.Context(), kube.Request(chat))
			ended <- err
		}()
		time.Sleep(time.Minute) // on synctest's clock
		synctest.Wait()
		if len(w.seen.held) != windowSize {
			w.t.Fatalf("%d observations wait, want %d", len(w.seen.held), windowSize)
		}
		if s := w.app().Status.Resync; *s.GroupsDone != 0 || *s.GroupsTotal != windowSize+1 || s.CompletionTime != nil {
			t.Errorf("a minute later: %+v", s)
		}
		w.seen.hold = false
		for _, settle := range w.seen.held {
			settle()
		}
		if err := <-ended; err != nil {
			w.t.Fatal(err)
		}
		w.says(w.app(), metav1.ConditionTrue, imv1alpha1.ReasonResyncCompleted, "all 501 groups")
		if got := *w.app().Status.Resync.GroupsDone; got != windowSize+1 {
			t.Errorf("%d are done", got)
		}
	})
}

// A quota or a missing right may keep groups in the window; the resync must not have one of the places for ever.
func TestAResyncThatGroupSyncDoesNotSettleFails(t *testing.T) {
	in(t, withREST(), func(w *world) {
		w.create("a")
		w.seen.hold = true
		start := time.Now()
		app, again := w.look()
		w.says(app, metav1.ConditionFalse, imv1alpha1.ReasonResyncFailed, errStalled.Error())
		if took := time.Since(start); took < stallTimeout || took > stallTimeout+time.Minute || again > retryFirst {
			t.Errorf("after %s, again in %s", took, again)
		}
		w.seen.held[0]()
	})
}

// following is a leader until a test says otherwise.
type following struct{ lost atomic.Bool }

func (f *following) IsLeader() bool { return !f.lost.Load() }

// A resync that is no longer wanted ends within a second or two, and its status says nothing of a failure.
func TestAResyncThatIsNoLongerWantedEnds(t *testing.T) {
	for why, end := range map[string]func(*world, *following){
		"the Lease is lost":    func(_ *world, f *following) { f.lost.Store(true) },
		"the spec changes":     func(w *world, _ *following) { w.edit(func(app *imv1alpha1.IMApp) { app.Generation++ }) },
		"the IMApp is gone":    func(w *world, _ *following) { _ = w.api.Delete(w.t.Context(), w.app()) },
		"another has its name": func(w *world, _ *following) { w.edit(func(app *imv1alpha1.IMApp) { app.UID = "another" }) },
	} {
		in(t, withREST(), func(w *world) {
			leader := &following{}
			w.Leader = leader
			w.create("a")
			w.cloud.Inject(fakeim.Fault{Command: "get_group_info", Hang: true})
			start := time.Now()
			time.AfterFunc(3*time.Second+time.Millisecond, func() { end(w, leader) })
			result, err := w.Reconcile(w.t.Context(), kube.Request(chat))
			if took := time.Since(start); err != nil || result.RequeueAfter != 0 || took < 3*time.Second || took > 5*time.Second {
				t.Errorf("%s: %v after %s, again in %s", why, err, took, result.RequeueAfter)
			}
			if why == "the IMApp is gone" {
				return
			}
			w.says(w.app(), metav1.ConditionUnknown, imv1alpha1.ReasonResyncRunning, "")
		})
	}
}

func TestARunAsksForEachGroupOnce(t *testing.T) {
	in(t, withREST(), func(w *world) {
		w.create("a", "b")
		cloud, err := imcloud.New(w.access(w.app(), secretKey{key: imcloud.SecretKey(key)}))
		if err != nil {
			w.t.Fatal(err)
		}
		defer cloud.Close()
		run := w.newRun(w.app(), cloud)
		for range 2 {
			if err := run.fetch(w.t.Context(), []string{"a", "b", "a"}); err != nil {
				t.Error(err)
			}
		}
		w.observed("a", "b")
		w.fail.set("list", errAway)
		if err := run.all(w.t.Context()); !errors.Is(err, errAway) {
			t.Errorf("%v, want %v: not all of Kubernetes' groups are known", err, errAway)
		}
	})
}
