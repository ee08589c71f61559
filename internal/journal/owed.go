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
	mu   sync.Mutex
	all  bool // damage: nobody knows whose events were lost, and the journal does not know which apps there are
	apps map[App]bool
}

func (o *owed) list() (all bool, apps []App) {
	o.mu.Lock()
	defer o.mu.Unlock()
	apps = slices.SortedFunc(maps.Keys(o.apps), func(a, b App) int {
		return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name))
	})
	return o.all, apps
}

// owe changes what is owed. The MANIFEST follows.
func (l *segmentLog) owe(change func(o *owed)) {
	l.owed.mu.Lock()
	defer l.owed.mu.Unlock()
	change(&l.owed)
	l.stale.Store(true)
}

// Owe remembers that an event of the app is lost, so that its state must be fetched again, until Settle. It does not
// block; the disk has it soon after, as a checkpoint.
func (j *Journal) Owe(app App) { j.log.owe(func(o *owed) { o.apps[app] = true }) }

// Settle forgets that a resync is owed to the app: the API server has been asked for it, or the app is gone.
func (j *Journal) Settle(app App) { j.log.owe(func(o *owed) { delete(o.apps, app) }) }

// Owed lists the apps to which a resync is owed. Damage owes one to each app there was; known are those there are now, and
// take its place if they are all of them.
func (j *Journal) Owed(known []App, complete bool) []App {
	if all, apps := j.log.owed.list(); !all {
		return apps
	}
	j.log.owe(func(o *owed) {
		for _, app := range known {
			o.apps[app] = true
		}
		o.all = !complete
	})
	_, apps := j.log.owed.list()
	return apps
}
