// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package apps holds the snapshot of the known IMApps that the webhook reads. The apps controller is its only
// writer. Reads take no lock.
package apps

import (
	"maps"
	"sync"
	"sync/atomic"
)

// Key names an IMApp.
type Key struct{ Namespace, Name string }

// App is what the webhook must know of one IMApp. It is never changed after it was set.
type App struct {
	Key           Key
	UID           string // of the IMApp, and the generation of its spec, that this was read from
	Generation    int64
	SDKAppID      int64
	Secret        string   // name of the tokens' Secret; empty without one
	Tokens        [][]byte // accepted tokens, none of them empty; unused with AllowUnsigned
	AllowUnsigned bool
	Suspended     bool
	Ready         bool    // callbacks can be verified: a token is known or none is needed
	Problem       Problem // why the app is not ready; zero when it is
}

// Problem says in a condition's words why an app's callbacks cannot be verified.
type Problem struct{ Reason, Message string }

// Registry is a snapshot of all IMApps. The zero value is empty and not loaded; it is safe for concurrent use.
type Registry struct {
	write  sync.Mutex
	apps   atomic.Pointer[map[Key]App]
	loaded atomic.Bool
}

// Get returns an app as it was last set.
func (r *Registry) Get(k Key) (App, bool) {
	a, ok := r.snapshot()[k]
	return a, ok
}

// Keys lists the apps in no order.
func (r *Registry) Keys() []Key {
	var keys []Key
	for k := range r.snapshot() {
		keys = append(keys, k)
	}
	return keys
}

// Loaded tells whether all IMApps that existed at the start have been set.
func (r *Registry) Loaded() bool { return r.loaded.Load() }

// MarkLoaded says that every IMApp of the start has been set. It is never taken back.
func (r *Registry) MarkLoaded() { r.loaded.Store(true) }

// Set adds or replaces an app.
func (r *Registry) Set(a App) { r.edit(func(m map[Key]App) { m[a.Key] = a }) }

// Delete forgets an app.
func (r *Registry) Delete(k Key) { r.edit(func(m map[Key]App) { delete(m, k) }) }

func (r *Registry) snapshot() map[Key]App {
	if m := r.apps.Load(); m != nil {
		return *m
	}
	return nil
}

func (r *Registry) edit(change func(map[Key]App)) {
	r.write.Lock()
	defer r.write.Unlock()
	m := maps.Clone(r.snapshot())
	if m == nil {
		m = map[Key]App{}
	}
	change(m)
	r.apps.Store(&m)
}

// Count tells how many apps are ready and how many are not. One that is suspended lacks nothing that anybody waits for.
func (r *Registry) Count() (ready, unready int) {
	for _, a := range r.snapshot() {
		switch {
		case a.Ready:
			ready++
		case !a.Suspended:
			unready++
		}
	}
	return ready, unready
}
