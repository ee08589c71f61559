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
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/conditions"
	"github.com/imgroup-operator/imgroup-operator/internal/event"
	"github.com/imgroup-operator/imgroup-operator/internal/groupstatus"
	"github.com/imgroup-operator/imgroup-operator/internal/metrics"
)

// patcher is an API server that takes or refuses patches.
type patcher struct {
	client.Client
	patches int
	err     error
}

func (p *patcher) Patch(context.Context, client.Object, client.Patch, ...client.PatchOption) error {
	p.patches++
	return p.err
}

const appID = 1400000000

// created is an IMGroup as the operator creates it.
func created(id string) *imv1alpha1.IMGroup {
	return newGroup(&imv1alpha1.IMApp{ObjectMeta: metav1.ObjectMeta{Name: "chat"}}, event.Key{Namespace: "ns", App: "chat", GroupID: id})
}

// at is a change by a callback at a time.
func at(ms int64) event.Change {
	return event.Change{Time: ms, Command: "c", Operator: "leckie", Platform: "iOS", Source: event.Callback}
}

func values(pairs ...string) (vs []event.Value) {
	for i := 0; i < len(pairs); i += 2 {
		vs = append(vs, event.Value{Field: pairs[i], Value: pairs[i+1]})
	}
	return vs
}

// again answers with an IMGroup as it is now.
type again struct {
	client.Reader
	now *imv1alpha1.IMGroup
}

func (a again) Get(_ context.Context, _ client.ObjectKey, into client.Object, _ ...client.GetOption) error {
	a.now.DeepCopyInto(into.(*imv1alpha1.IMGroup))
	return nil
}

// statusPatcher is a patcher of the status.
type statusPatcher struct {
	client.SubResourceWriter
	patcher *patcher
}

func (s statusPatcher) Patch(ctx context.Context, o client.Object, p client.Patch, _ ...client.SubResourcePatchOption) error {
	return s.patcher.Patch(ctx, o, p)
}

func (p *patcher) Status() client.SubResourceWriter { return statusPatcher{patcher: p} }

// Somebody corrects the groupID of an IMGroup: the object is deleted and recreated, with the same name. What the cache
// still has of it is about the other group.
func TestAStateIsNotWrittenIntoTheIMGroupOfAnotherGroup(t *testing.T) {
	cached := created("old")
	cached.UID = "before"
	now := created("new")
	now.UID = "after"
	api := &patcher{err: apierrors.NewConflict(schema.GroupResource{Resource: "imgroups"}, cached.Name, errors.New("changed"))}
	w := writer{client: api, api: again{now: now}, metrics: metrics.New(prometheus.NewRegistry())}
	state := event.NewState(event.Changed, at(1), values("name", "of the old group"))
	app := &imv1alpha1.IMApp{ObjectMeta: metav1.ObjectMeta{UID: cached.OwnerReferences[0].UID}, Spec: imv1alpha1.IMAppSpec{SDKAppID: appID}}
	err := w.one(t.Context(), app, cached, state, false)
	if err == nil || errors.As(err, new(*dropped)) || api.patches != 1 {
		t.Errorf("%d patches, %v; want one that conflicts, and another try", api.patches, err)
	}
}

func TestANewOwnerLeavesTheOwnersOfOthersAlone(t *testing.T) {
	app := &imv1alpha1.IMApp{ObjectMeta: metav1.ObjectMeta{Name: "chat", UID: "new"}}
	team := metav1.OwnerReference{APIVersion: "v1", Kind: "ConfigMap", Name: "team", UID: "team"}
	group := created("g")
	group.OwnerReferences[0].UID = "old"
	group.OwnerReferences = append(group.OwnerReferences, team)
	if isOwned(group, app) {
		t.Fatal("an IMGroup of the deleted IMApp is not the new one's")
	}
	if err := (writer{client: &patcher{}}).own(t.Context(), app, group); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(append([]metav1.OwnerReference{team}, ownedBy(app)...), group.OwnerReferences); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
	if !isOwned(group, app) {
		t.Error("it must be the new IMApp's now")
	}
	group.OwnerReferences = nil
	if !isOwned(group, app) {
		t.Error("an IMGroup that was orphaned on purpose stays so")
	}
}

// A conflict is read and merged again, a few times in one reconcile.
func TestConflictsAreMergedAgainButNotForEver(t *testing.T) {
	w := newWorld(t, theApp(), created("g"))
	w.fail["patch"] = errConflict
	state := callback(event.Changed, 0, "name", "ops").event.State
	if err := w.writer.one(t.Context(), theApp(), w.group(), state, false); !apierrors.IsConflict(err) {
		t.Errorf("%v, want the conflict", err)
	}
	if got := testutil.ToFloat64(w.Metrics.SyncWrites.WithLabelValues(metrics.WriteConflict)); got != conflictTries {
		t.Errorf("%v conflicts are counted, want %d", got, conflictTries)
	}
	stale := w.group()
	delete(w.fail, "patch")
	changed := stale.DeepCopy()
	changed.Annotations = map[string]string{"a": "b"}
	if err := w.api.Update(t.Context(), changed); err != nil {
		t.Fatal(err)
	}
	if err := w.writer.one(t.Context(), theApp(), stale, state, false); err != nil {
		t.Errorf("%v after another writer was faster", err)
	}
	w.nameIs("ops")
}

func TestWhatIsKnownIsNotWritten(t *testing.T) {
	w := newWorld(t, theApp(), created("g"))
	state := callback(event.Changed, 0, "name", "ops").event.State
	for range 2 {
		if err := w.writer.one(t.Context(), theApp(), w.group(), state, false); err != nil {
			t.Error(err)
		}
		w.fail["patch"] = errAway // which the second one must not meet
	}
	if got := testutil.ToFloat64(w.Metrics.SyncWrites.WithLabelValues(metrics.WritePatched)); got != 1 {
		t.Errorf("%v patches, want 1", got)
	}
}

// What one of several IMGroups is refused must not keep the state from the others.
func TestARefusedIMGroupDoesNotHoldItsTwin(t *testing.T) {
	twin := created("g")
	twin.Name, twin.Labels = "twin", nil
	w := newWorld(t, theApp(), created("g"), twin)
	w.failPatch = func(name string) error {
		if name == "twin" {
			return nil
		}
		return tooLarge()
	}
	err := w.writer.all(t.Context(), theApp(), w.list(), callback(event.Changed, 0, "name", "ops").event.State)
	if !errors.As(err, new(*dropped)) {
		t.Errorf("%v, want the refusal", err)
	}
	for _, g := range w.list() {
		if got := g.Status.Name != nil; got != (g.Name == "twin") {
			t.Errorf("%s has the name: %t", g.Name, got)
		}
	}
	w.failPatch = func(string) error { return errAway }
	if err := w.writer.all(t.Context(), theApp(), w.list(), callback(event.Changed, -time.Second, "name", "new").event.State); !errors.Is(err, errAway) {
		t.Errorf("%v, want %v", err, errAway)
	}
}

func TestReadyAloneIsSetWhereNothingElseIsKnown(t *testing.T) {
	conflicting := created("g")
	conditions.Set(&conflicting.Status.Conditions, 1, conditions.New(imv1alpha1.ConditionReady, metav1.ConditionFalse, imv1alpha1.ReasonNameConflict, "m"))
	for _, c := range []struct {
		why  string
		g    *imv1alpha1.IMGroup
		set  func(writer) func(context.Context, []imv1alpha1.IMGroup) error
		want string
	}{
		{"no IMApp", created("g"), func(w writer) func(context.Context, []imv1alpha1.IMGroup) error { return w.orphaned }, imv1alpha1.ReasonAppNotFound},
		{"no such ID", created("g"), func(w writer) func(context.Context, []imv1alpha1.IMGroup) error { return w.invalid }, imv1alpha1.ReasonInvalidGroupID},
		{"no such ID, but its name is another group's", conflicting, func(w writer) func(context.Context, []imv1alpha1.IMGroup) error { return w.invalid }, imv1alpha1.ReasonNameConflict},
	} {
		w := newWorld(t, c.g)
		groups := w.list()
		if err := c.set(w.writer)(t.Context(), groups); err != nil {
			t.Errorf("%s: %v", c.why, err)
		}
		if got := groupstatus.ReadyReason(w.group()); got != c.want || w.group().Status.SDKAppID != 0 {
			t.Errorf("%s: Ready says %s, want %s", c.why, got, c.want)
		}
		if err := w.api.Delete(t.Context(), w.group()); err != nil {
			t.Fatal(err)
		}
		groups[0].Status.Conditions = nil
		if err := c.set(w.writer)(t.Context(), groups); err != nil {
			t.Errorf("%s: %v; one that is gone needs no mark", c.why, err)
		}
	}
}
