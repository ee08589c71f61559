// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package group

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/event"
)

func named(name string, edit ...func(*imv1alpha1.IMGroup)) *imv1alpha1.IMGroup {
	g := created("g")
	g.Name = name
	for _, f := range edit {
		f(g)
	}
	return g
}

func TestAReaderFindsTheIMGroupsOfOneGroup(t *testing.T) {
	w := newWorld(t, theApp(), created("g"), named("declared"),
		named("leaves", func(g *imv1alpha1.IMGroup) {
			g.DeletionTimestamp, g.Finalizers = &metav1.Time{Time: noon}, []string{"test/stay"}
		}),
		named("of-another-app", func(g *imv1alpha1.IMGroup) { g.Spec.AppRef.Name = "other" }),
		named("of-another-group", func(g *imv1alpha1.IMGroup) { g.Spec.GroupID = "G" }),
		named("elsewhere", func(g *imv1alpha1.IMGroup) { g.Namespace = "elsewhere" }))
	for why, read := range map[string]read{"the cache": w.decider.reader.cached, "the API server": w.decider.reader.live} {
		k, err := read(t.Context(), theKey)
		if err != nil || k.app == nil || k.app.UID != "app" {
			t.Fatalf("%s: IMApp %v, %v", why, k.app, err)
		}
		var names []string
		for i := range k.groups {
			names = append(names, k.groups[i].Name)
		}
		if slices.Sort(names); !slices.Equal(names, []string{created("g").Name, "declared"}) {
			t.Errorf("%s: %q", why, names)
		}
		k, err = read(t.Context(), event.Key{Namespace: "ns", App: "none", GroupID: "g"})
		if err != nil || k.app != nil || len(k.groups) > 0 {
			t.Errorf("%s: of an IMApp that is not there it knows %+v, %v", why, k, err)
		}
	}
}

func TestAnIMAppThatCannotBeReadIsNotOneThatIsGone(t *testing.T) {
	w := newWorld(t, theApp())
	w.fail["get"] = errAway
	if _, err := w.decider.reader.live(t.Context(), theKey); !errors.Is(err, errAway) {
		t.Errorf("%v, want %v", err, errAway)
	}
}

// After an outage the watch may be late: then the API server has the group.
func TestACacheThatDoesNotShowOurOwnWriteIsNotWaitedForLong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, theApp(), created("g"))
		behind := interceptor.NewClient(w.api.(client.WithWatch), interceptor.Funcs{
			Get: func(ctx context.Context, c client.WithWatch, key client.ObjectKey, o client.Object, opts ...client.GetOption) error {
				if _, ok := o.(*imv1alpha1.IMGroup); ok {
					<-ctx.Done()
					return ctx.Err()
				}
				return c.Get(ctx, key, o, opts...)
			}})
		r, start := newReader(behind, w.api, &breaker{}), time.Now()
		k, err := r.cached(t.Context(), theKey)
		if err != nil || len(k.groups) != 1 || time.Since(start) != cachePatience {
			t.Errorf("%d IMGroups, %v after %s; want one after %s", len(k.groups), err, time.Since(start), cachePatience)
		}
	})
}

// After an outage the API server's IMApp counts until the cache is found to have the same.
func TestAfterAnOutageTheCacheIsConfirmedOnce(t *testing.T) {
	recreated := theApp()
	recreated.UID = "new"
	w := newWorld(t, recreated)
	behind := w.server(theApp())
	b := &breaker{}
	r := newReader(behind, w.api, b)
	for _, step := range []struct {
		why    string
		before func()
		want   string
	}{
		{"without an outage", func() {}, "app"},
		{"after one", func() { b.trip(theKey, false); b.probed(false) }, "new"},
		{"still, for they differ", func() {}, "new"},
		{"the API server is away", func() { w.fail["get"] = errAway }, ""},
		{"the cache has caught up", func() { delete(w.fail, "get"); r.cache = w.api }, "new"},
		{"and is believed from then on", func() { w.fail["get"] = errAway; r.cache = behind }, "app"},
	} {
		step.before()
		fail := w.fail["get"]
		app, err := r.currentApp(t.Context(), theKey)
		if (err != nil) != (fail != nil && step.want == "") || app != nil && string(app.UID) != step.want {
			t.Errorf("%s: %v, %v; want %q", step.why, app, err, step.want)
		}
	}
}
