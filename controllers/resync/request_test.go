// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package resync

import (
	"context"
	"errors"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/imgroup-operator/imgroup-operator/internal/apps"
	"github.com/imgroup-operator/imgroup-operator/internal/kube"
)

// patcher is an API server that takes or refuses patches.
type patcher struct {
	client.Client
	patches int
	err     error
	during  func()
}

func (p *patcher) Patch(context.Context, client.Object, client.Patch, ...client.PatchOption) error {
	p.patches++
	if p.during != nil {
		p.during()
	}
	return p.err
}

// ledger holds what is owed.
type ledger map[apps.Key]bool

func (l ledger) Owe(app apps.Key)    { l[app] = true }
func (l ledger) Settle(app apps.Key) { delete(l, app) }

func TestAResyncIsRequestedAtMostOnceAMinute(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	api := &patcher{}
	r := NewRequests(api, ledger{}, func() time.Time { return now })
	reconcileAfter := func(want time.Duration) {
		t.Helper()
		result, err := r.Reconcile(t.Context(), kube.Request(chat))
		if !errors.Is(err, api.err) || result.RequeueAfter != want {
			t.Fatalf("got %v, %v; want to come back after %s", result, err, want)
		}
	}
	r.RequestResync(chat)
	r.RequestResync(chat)
	reconcileAfter(0)
	r.RequestResync(chat)
	reconcileAfter(time.Minute)
	now = now.Add(time.Minute)
	reconcileAfter(0)
	if api.patches != 2 {
		t.Errorf("%d patches, want 2", api.patches)
	}
	if len(r.pending()) != 0 {
		t.Error("a request that was written is still pending")
	}
}

func TestARequestIsKeptUntilTheAPIServerHasIt(t *testing.T) {
	now := time.Unix(1_700_000_000, 0)
	api, owed := &patcher{err: errors.New("away")}, ledger{}
	r := NewRequests(api, owed, func() time.Time { return now })
	r.RequestResync(chat)
	if _, err := r.Reconcile(t.Context(), kube.Request(chat)); !errors.Is(err, api.err) {
		t.Fatalf("error %v, want %v", err, api.err)
	}
	if len(r.pending()) != 1 || !owed[chat] {
		t.Fatal("the request was forgotten")
	}
	api.err = nil
	if result, err := r.Reconcile(t.Context(), kube.Request(chat)); err != nil || result.RequeueAfter != 0 || api.patches != 2 {
		t.Errorf("%v, %v after %d patches; want the second try at once", result, err, api.patches)
	}
	if owed[chat] {
		t.Error("a request that was written is still owed")
	}
}

func TestARequestWhileAnotherIsWrittenIsAnotherOne(t *testing.T) {
	api, owed := &patcher{}, ledger{}
	r := NewRequests(api, owed, time.Now)
	api.during = func() { r.RequestResync(chat) }
	r.RequestResync(chat)
	if _, err := r.Reconcile(t.Context(), kube.Request(chat)); err != nil {
		t.Fatal(err)
	}
	if len(r.pending()) != 1 || !owed[chat] {
		t.Error("the request that came during the write was swallowed")
	}
}

func TestAResumptionIsAskedForOnce(t *testing.T) {
	r := NewRequests(&patcher{}, ledger{}, time.Now)
	r.Resumed(chat, 2)
	if _, err := r.Reconcile(t.Context(), kube.Request(chat)); err != nil {
		t.Fatal(err)
	}
	if r.Resumed(chat, 2); len(r.pending()) != 0 {
		t.Error("the same resumption is asked for again")
	}
	if r.Resumed(chat, 4); len(r.pending()) != 1 {
		t.Error("the next resumption is not asked for")
	}
}

func TestNothingIsKeptOfADeletedApp(t *testing.T) {
	api, owed := &patcher{}, ledger{}
	r := NewRequests(api, owed, time.Now)
	kept := func() int { return len(r.open) + len(r.last) + len(r.resumed) + len(owed) }
	r.Resumed(chat, 2)
	if _, err := r.Reconcile(t.Context(), kube.Request(chat)); err != nil || kept() != 2 {
		t.Fatalf("%d entries, %v", kept(), err)
	}
	if r.Forget(chat); kept() > 0 {
		t.Errorf("%d entries of an app that was deleted after its request was written", kept())
	}
	api.err = apierrors.NewNotFound(schema.GroupResource{Resource: "imapps"}, chat.Name)
	r.Resumed(chat, 2)
	if _, err := r.Reconcile(t.Context(), kube.Request(chat)); err != nil || kept() > 0 {
		t.Errorf("%d entries of an app that was deleted before, %v", kept(), err)
	}
}
