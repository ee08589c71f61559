// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package groupcache

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/cache/informertest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/groupstatus"
)

// asked is a cache that remembers what it was asked for.
type asked struct {
	informertest.FakeInformers
	name string
	log  *[]string
	err  error
	of   client.IndexerFunc
}

func (a *asked) note() error { *a.log = append(*a.log, a.name); return nil }

func (a *asked) Start(ctx context.Context) error {
	if a.err != nil {
		return a.err
	}
	<-ctx.Done()
	return a.note()
}
func (a *asked) Get(_ context.Context, _ client.ObjectKey, o client.Object, _ ...client.GetOption) error {
	if g, is := o.(*Group); is {
		return errors.Join(json.Unmarshal(usual(1), g), a.note())
	}
	return a.note()
}
func (a *asked) List(context.Context, client.ObjectList, ...client.ListOption) error { return a.note() }
func (a *asked) RemoveInformer(context.Context, client.Object) error                 { return a.note() }
func (a *asked) IndexField(_ context.Context, _ client.Object, _ string, of client.IndexerFunc) error {
	a.of = of
	return a.note()
}
func (a *asked) GetInformer(context.Context, client.Object, ...cache.InformerGetOption) (cache.Informer, error) {
	return nil, a.note()
}

// Who needs IMApps alone must not wait until every IMGroup is listed.
func TestIMGroupsHaveACacheOfTheirOwn(t *testing.T) {
	var log []string
	c := &split{Cache: &asked{name: "others", log: &log}, groups: &asked{name: "groups", log: &log}}
	for _, of := range []struct {
		object client.Object
		list   client.ObjectList
		want   string
	}{{&imv1alpha1.IMGroup{}, &imv1alpha1.IMGroupList{}, "groups"}, {&imv1alpha1.IMApp{}, &imv1alpha1.IMAppList{}, "others"}} {
		log = nil
		_, err := c.GetInformer(t.Context(), of.object)
		err = errors.Join(err, c.Get(t.Context(), client.ObjectKey{}, of.object), c.List(t.Context(), of.list), c.RemoveInformer(t.Context(), of.object),
			c.IndexField(t.Context(), of.object, "f", nil))
		if want := slices.Repeat([]string{of.want}, 5); err != nil || !slices.Equal(log, want) {
			t.Errorf("%T: asked %q, %v", of.object, log, err)
		}
	}
}

// 100,000 groups that the operator created are found by their names; an index of them would cost memory for nothing.
func TestOnlyDeclaredIMGroupsAreInAnIndex(t *testing.T) {
	groups := &asked{log: &[]string{}}
	err := (&split{groups: groups}).IndexField(t.Context(), &imv1alpha1.IMGroup{}, "f", func(o client.Object) []string { return []string{o.GetName()} })
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string][]string{groupstatus.Name("chat", "g"): nil, "mine": {"mine"}} {
		g, err := pack(&imv1alpha1.IMGroup{ObjectMeta: metav1.ObjectMeta{Name: name},
			Spec: imv1alpha1.IMGroupSpec{AppRef: imv1alpha1.AppReference{Name: "chat"}, GroupID: "g"}})
		if got := groups.of(g); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s is found under %q, %v; want %q", name, got, err, want)
		}
	}
}

func TestBothCachesEndTogether(t *testing.T) {
	var log []string
	failed := errors.New("failed")
	c := &split{Cache: &asked{name: "others", log: &log}, groups: &asked{log: &log, err: failed}}
	if err := c.Start(t.Context()); !errors.Is(err, failed) || !slices.Equal(log, []string{"others"}) {
		t.Errorf("%v, ended %q; when one fails the other must end", err, log)
	}
}
