// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package kube

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
	toolscache "k8s.io/client-go/tools/cache"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

// guarded is an API server with one IMApp, which may be forbidden to list.
type guarded struct{ forbidden atomic.Bool }

func (g *guarded) refusal() error {
	if g.forbidden.Load() {
		return apierrors.NewForbidden(imapps, "", errors.New(`User "op" cannot list resource "imapps" in API group "im.imgroup.dev" in the namespace "closed"`))
	}
	return nil
}

func (g *guarded) List(metav1.ListOptions) (runtime.Object, error) {
	app := imv1alpha1.IMApp{ObjectMeta: metav1.ObjectMeta{Namespace: "closed", Name: "chat", ResourceVersion: "5"}}
	return &imv1alpha1.IMAppList{ListMeta: metav1.ListMeta{ResourceVersion: "5"}, Items: []imv1alpha1.IMApp{app}}, g.refusal()
}

func (g *guarded) Watch(o metav1.ListOptions) (watch.Interface, error) {
	if err := g.refusal(); err != nil {
		return nil, err
	}
	w := watch.NewFakeWithChanSize(2, false)
	if o.SendInitialEvents != nil {
		w.Add(&imv1alpha1.IMApp{ObjectMeta: metav1.ObjectMeta{Namespace: "closed", Name: "chat", ResourceVersion: "5"}})
		w.Action(watch.Bookmark, bookmark(&imv1alpha1.IMApp{}))
	}
	return w, nil
}

func TestANamespaceThatMayNotBeListedCountsAsEmptyUntilItMay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		api, told := &guarded{}, []string{}
		api.forbidden.Store(true)
		refused := &Refused{Changed: func(namespace string, refused bool) { told = append(told, fmt.Sprint(namespace, " ", refused)) }}
		informer := informers{refused}.make(api, &imv1alpha1.IMApp{}, 0, toolscache.Indexers{})
		go informer.RunWithContext(ctx)
		time.Sleep(time.Minute)
		if !informer.HasSynced() || len(informer.GetStore().List()) > 0 {
			t.Fatalf("synced %t with %d objects; want it to be empty", informer.HasSynced(), len(informer.GetStore().List()))
		}
		if diff := cmp.Diff([]string{"closed"}, refused.Names()); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
		api.forbidden.Store(false)
		time.Sleep(10 * time.Second)
		if n := len(informer.GetStore().List()); n != 1 || len(refused.Names()) > 0 {
			t.Errorf("%d objects, refused %q, after it was allowed", n, refused.Names())
		}
		api.forbidden.Store(true) // which takes nothing away that is known
		time.Sleep(time.Minute)
		if n := len(informer.GetStore().List()); n != 1 || len(refused.Names()) > 0 {
			t.Errorf("%d objects, refused %q, after it was forbidden again", n, refused.Names())
		}
		if diff := cmp.Diff([]string{"closed true", "closed false"}, told); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
		stop()
		synctest.Wait()
	})
}
