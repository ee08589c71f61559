// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package apps

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
)

func keys(r *Registry) string {
	var names []string
	for _, k := range r.Keys() {
		names = append(names, k.Namespace+"/"+k.Name)
	}
	slices.Sort(names)
	return strings.Join(names, " ")
}

func TestTheZeroRegistryIsEmptyAndNotLoaded(t *testing.T) {
	var r Registry
	if _, found := r.Get(Key{}); found || r.Loaded() || len(r.Keys()) != 0 {
		t.Error("an app, or loaded")
	}
	r.Delete(Key{"a", "b"})
	if r.MarkLoaded(); !r.Loaded() {
		t.Error("not loaded after MarkLoaded")
	}
}

func TestASuspendedAppIsNotAwaited(t *testing.T) {
	var r Registry
	for i, a := range []App{{Ready: true}, {Ready: true, Suspended: true}, {}, {Suspended: true}} {
		a.Key.Name = fmt.Sprint(i)
		r.Set(a)
	}
	if ready, unready := r.Count(); ready != 2 || unready != 1 {
		t.Errorf("%d are ready and %d are not", ready, unready)
	}
}

func TestAppsAreSetReplacedAndDeleted(t *testing.T) {
	var r Registry
	a, b := Key{"ns", "a"}, Key{"ns", "b"}
	r.Set(App{Key: a, SDKAppID: 1})
	r.Set(App{Key: b, SDKAppID: 2})
	r.Set(App{Key: a, SDKAppID: 3, Ready: true})
	if got, found := r.Get(a); !found || got.SDKAppID != 3 || !got.Ready {
		t.Errorf("a is %+v, %t", got, found)
	}
	if got := keys(&r); got != "ns/a ns/b" {
		t.Errorf("keys are %s", got)
	}
	r.Delete(a)
	if _, found := r.Get(a); found || keys(&r) != "ns/b" {
		t.Errorf("a is left: %s", keys(&r))
	}
	if _, found := r.Get(Key{"other", "b"}); found {
		t.Error("an app is found in another namespace")
	}
}

func TestReadersSeeWholeAppsWhileWritersWork(t *testing.T) {
	var r Registry
	var wg sync.WaitGroup
	for i := range 8 {
		key := Key{"ns", fmt.Sprint(i)}
		wg.Go(func() {
			for n := range int64(200) {
				r.Set(App{Key: key, SDKAppID: n, Tokens: [][]byte{[]byte(fmt.Sprint(n))}})
			}
		})
		wg.Go(func() {
			for range 200 {
				if a, found := r.Get(key); found && string(a.Tokens[0]) != fmt.Sprint(a.SDKAppID) {
					t.Errorf("half an app: %+v", a)
				}
				_ = r.Keys()
			}
		})
	}
	wg.Wait()
	if n := len(r.Keys()); n != 8 {
		t.Errorf("%d apps, want 8: a writer undid another's work", n)
	}
}

func TestEveryDifferenceIsSet(t *testing.T) {
	base := App{Key: Key{"ns", "a"}, UID: "u", Generation: 1, SDKAppID: 1, Secret: "s", Tokens: [][]byte{[]byte("t")}, Ready: true}
	for name, change := range map[string]func(*App){
		"UID": func(a *App) { a.UID = "v" }, "Generation": func(a *App) { a.Generation++ }, "SDKAppID": func(a *App) { a.SDKAppID++ },
		"Secret": func(a *App) { a.Secret = "x" }, "Tokens": func(a *App) { a.Tokens = [][]byte{[]byte("u")} },
		"a second token": func(a *App) { a.Tokens = append(slices.Clone(a.Tokens), []byte("u")) },
		"AllowUnsigned":  func(a *App) { a.AllowUnsigned = true }, "Suspended": func(a *App) { a.Suspended = true },
		"Ready": func(a *App) { a.Ready = false }, "Problem": func(a *App) { a.Problem.Message = "m" },
		"Warning": func(a *App) { a.Warning = "w" },
	} {
		var r Registry
		r.Set(base)
		changed := base
		change(&changed)
		r.Set(changed)
		if got, _ := r.Get(base.Key); !reflect.DeepEqual(got, changed) {
			t.Errorf("%s is not set: %+v", name, got)
		}
	}
	if n := reflect.TypeFor[App]().NumField(); n != 11 {
		t.Errorf("an App has %d fields: are all of them compared?", n)
	}
}
