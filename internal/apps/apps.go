// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package apps holds the known IMApps for the webhook. The apps controller is its only writer, and sets each one again
// whenever it has read its Secret, which is every few seconds: the cost does not depend on how many there are.
package apps

import (
	"bytes"
	"maps"
	"slices"
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
	Warning       string  // what may keep a ready app's callbacks from being verified, in a condition's words; mostly empty
}

// Problem says in a condition's words why an app's callbacks cannot be verified.
type Problem struct{ Reason, Message string }

// equal compares with another app of the same key.
func (a App) equal(b App) bool {
	return a.UID == b.UID && a.Generation == b.Generation && a.SDKAppID == b.SDKAppID && a.Secret == b.Secret &&
		slices.EqualFunc(a.Tokens, b.Tokens, bytes.Equal) && a.AllowUnsigned == b.AllowUnsigned &&
		a.Suspended == b.Suspended && a.Ready == b.Ready && a.Problem == b.Problem && a.Warning == b.Warning
}

// Registry has all IMApps. The zero value is empty and not loaded; it is safe for concurrent use.
type Registry struct {
	mu     sync.RWMutex
	apps   map[Key]App
	loaded atomic.Bool
}

// Get returns an app as it was last set.
func (r *Registry) Get(k Key) (App, bool) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	a, ok := r.apps[k]
	return a, ok
}

// Keys lists the apps in no order.
func (r *Registry) Keys() []Key {
	r.mu.RLock()
	defer r.mu.RUnlock()
	return slices.Collect(maps.Keys(r.apps))
}

// Loaded reports whether all IMApps that existed at the start have been set.
func (r *Registry) Loaded() bool { return r.loaded.Load() }

// MarkLoaded says that every IMApp of the start has been set. It is never taken back.
func (r *Registry) MarkLoaded() { r.loaded.Store(true) }

// Set adds or replaces an app. One that is as it was holds up no reader.
func (r *Registry) Set(a App) {
	if old, known := r.Get(a.Key); known && old.equal(a) {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.apps == nil {
		r.apps = map[Key]App{}
	}
	r.apps[a.Key] = a
}

// Delete forgets an app.
func (r *Registry) Delete(k Key) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.apps, k)
}

// Count tells how many apps are ready and how many are not. One that is suspended lacks nothing that anybody waits for.
func (r *Registry) Count() (ready, unready int) {
	r.mu.RLock()
	defer r.mu.RUnlock()
	for _, a := range r.apps {
		switch {
		case a.Ready:
			ready++
		case !a.Suspended:
			unready++
		}
	}
	return ready, unready
}
