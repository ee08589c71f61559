// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package resync

import (
	"context"
	"math"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/apps"
	"github.com/imgroup-operator/imgroup-operator/internal/kube"
)

var chat = apps.Key{Namespace: "ns", Name: "chat"}

// sec is a time so many seconds after the IMApps of these tests were created.
func sec(s int64) metav1.Time { return metav1.NewTime(time.Unix(1_700_000_000+s, 0)) }

// appEvery is an IMApp that is resynced in an interval, with the start and the end of the newest resync.
func appEvery(seconds int32, times ...int64) *imv1alpha1.IMApp {
	app := &imv1alpha1.IMApp{ObjectMeta: metav1.ObjectMeta{CreationTimestamp: sec(0)}}
	app.Spec.Rest = &imv1alpha1.IMAppREST{ResyncIntervalSeconds: &seconds}
	app.Status.Resync = &imv1alpha1.ResyncStatus{}
	for i, field := range []**metav1.Time{&app.Status.Resync.StartTime, &app.Status.Resync.CompletionTime} {
		if i < len(times) {
			at := sec(times[i])
			*field = &at
		}
	}
	return app
}

// resynced sets the condition and, if a resync saw groups, the watermark.
func resynced(app *imv1alpha1.IMApp, status metav1.ConditionStatus, watermark int64) *imv1alpha1.IMApp {
	meta.SetStatusCondition(&app.Status.Conditions, metav1.Condition{Type: imv1alpha1.ConditionResynced, Status: status})
	if watermark > 0 {
		at := metav1.NewMicroTime(sec(watermark).Time)
		app.Status.Resync.Watermark = &at
	}
	return app
}

func TestAResyncIsDueByTheIMAppsOwnInterval(t *testing.T) {
	const never = math.MaxInt64
	suspended, leaving, byDefault, withoutREST := appEvery(1000), appEvery(1000), appEvery(1000), appEvery(1000)
	suspended.Spec.Suspend = true
	now := sec(1)
	leaving.DeletionTimestamp = &now
	byDefault.Spec.Rest.ResyncIntervalSeconds, byDefault.Status.Resync = nil, nil
	withoutREST.Spec.Rest = nil
	for name, c := range map[string]struct {
		app  *imv1alpha1.IMApp
		want int64 // seconds after the creation
	}{
		"none yet":                               {appEvery(1000), 1100},
		"none yet, with the default interval":    {byDefault, 21600 + 2160},
		"once a week":                            {resynced(appEvery(604_800, 5000, 5100), metav1.ConditionTrue, 5000), 5000 + 604_800 + 60_480},
		"on demand":                              {resynced(appEvery(0, 5000, 5100), metav1.ConditionTrue, 5000), never},
		"the newest complete one counts":         {resynced(appEvery(1000, 5000, 5100), metav1.ConditionTrue, 5000), 6100},
		"not one that failed":                    {resynced(appEvery(1000, 9000, 9001), metav1.ConditionFalse, 5000), 6100},
		"not one that runs":                      {resynced(appEvery(1000, 9000), metav1.ConditionTrue, 5000), 6100},
		"one that found no group":                {resynced(appEvery(1000, 5000, 5001), metav1.ConditionTrue, 0), 6100},
		"groups once, none now":                  {resynced(appEvery(1000, 9000, 9001), metav1.ConditionTrue, 5000), 10100},
		"a failure where none was complete":      {resynced(appEvery(1000, 9000, 9001), metav1.ConditionFalse, 0), 1100},
		"the first one of a new IMApp runs":      {resynced(appEvery(1000, 20), metav1.ConditionUnknown, 0), 1100},
		"suspended":                              {suspended, never},
		"that is being deleted":                  {leaving, never},
		"without the REST API":                   {withoutREST, never},
		"that is no more: it reads as one empty": {&imv1alpha1.IMApp{}, never},
	} {
		d := &dueTimes{}
		d.note(chat, appEvery(60)) // what it was before
		d.note(chat, c.app)
		got, want := d.first(), math.Inf(1)
		if c.want != never {
			want = float64(sec(c.want).Unix())
		}
		if got != want {
			t.Errorf("%s: due %v s after its creation, want %v", name, got-float64(sec(0).Unix()), want-float64(sec(0).Unix()))
		}
	}
}

// reader is a cache with one IMApp, or none.
type reader struct {
	client.Client
	app *imv1alpha1.IMApp
}

func (r *reader) Get(_ context.Context, key client.ObjectKey, o client.Object, _ ...client.GetOption) error {
	if r.app == nil {
		return apierrors.NewNotFound(schema.GroupResource{}, key.Name)
	}
	r.app.DeepCopyInto(o.(*imv1alpha1.IMApp))
	return nil
}

type follower struct{}

func (follower) IsLeader() bool { return false }

func TestAReplicaThatDoesNotLeadKnowsWhatIsDue(t *testing.T) {
	api := &reader{app: appEvery(1000)}
	r := New(Config{Client: api, Leader: follower{}})
	for _, want := range []float64{float64(sec(1100).Unix()), math.Inf(1)} {
		if _, err := r.Reconcile(t.Context(), kube.Request(chat)); err != nil {
			t.Fatal(err)
		}
		if got := r.Due(); got != want {
			t.Errorf("due %v, want %v", got, want)
		}
		api.app = nil
	}
}

func TestTheFirstOfAllIMAppsIsDue(t *testing.T) {
	d, other := &dueTimes{}, chat
	other.Name = "other"
	d.note(other, appEvery(100))
	d.note(chat, appEvery(1000))
	if got, want := d.first(), float64(sec(110).Unix()); got != want {
		t.Errorf("due %v, want %v", got, want)
	}
}
