// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"cmp"
	"maps"
	"slices"
	"sync"
)

// App names an IMApp.
type App struct{ Namespace, Name string }

// owed is the apps whose state is to be fetched again because their events are lost. The MANIFEST keeps it.
type owed struct {
	mu      sync.Mutex
	all     bool // damage: nobody knows whose events were lost, and the journal does not know which apps there are
	apps    map[App]bool
	version int // grows with each change
	written int // the version that is on the disk
}

func (o *owed) change(f func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	f()
	o.version++
}

func (o *owed) snapshot() (all bool, apps []App, version int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	apps = slices.SortedFunc(maps.Keys(o.apps), func(a, b App) int {
		return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name))
	})
	return o.all, apps, o.version
}

func (o *owed) saved(version int) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.written = max(o.written, version)
}

func (o *owed) dirty() bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.version > o.written
}

// Owe remembers that an event of the app is lost, so that its state must be fetched again, until Settle. It does not
// block; the disk has it soon after, as a checkpoint.
func (j *Journal) Owe(app App) {
	j.owed.change(func() { j.owed.apps[app] = true })
	j.flushSoon()
}

// Settle forgets that a resync is owed to the app: the API server has been asked for it, or the app is gone.
func (j *Journal) Settle(app App) {
	j.owed.change(func() { delete(j.owed.apps, app) })
	j.flushSoon()
}

// Owed lists the apps to which a resync is owed. Damage owes one to each app there was; known are those there are now, and
// take its place if they are all of them.
func (j *Journal) Owed(known []App, complete bool) []App {
	all, apps, _ := j.owed.snapshot()
	if !all {
		return apps
	}
	for _, app := range known {
		j.Owe(app)
	}
	if complete {
		j.owed.change(func() { j.owed.all = false })
		j.flushSoon()
	}
	_, apps, _ = j.owed.snapshot()
	return apps
}
