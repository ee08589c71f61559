// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package group

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/event"
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
