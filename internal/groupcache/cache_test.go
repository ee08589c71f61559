// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package groupcache

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"testing"

	"sigs.k8s.io/controller-runtime/pkg/cache"
	"sigs.k8s.io/controller-runtime/pkg/cache/informertest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

// asked is a cache that remembers what it was asked for.
type asked struct {
	informertest.FakeInformers
	name string
	log  *[]string
	err  error
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
func (a *asked) IndexField(context.Context, client.Object, string, client.IndexerFunc) error {
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

func TestBothCachesEndTogether(t *testing.T) {
	var log []string
	failed := errors.New("failed")
	c := &split{Cache: &asked{name: "others", log: &log}, groups: &asked{log: &log, err: failed}}
	if err := c.Start(t.Context()); !errors.Is(err, failed) || !slices.Equal(log, []string{"others"}) {
		t.Errorf("%v, ended %q; when one fails the other must end", err, log)
	}
}
