// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package inventory knows how many IMGroups each IMApp has, without listing them.
package inventory

import (
	"maps"
	"slices"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/types"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/apps"
	"github.com/imgroup-operator/imgroup-operator/internal/groupstatus"
	"github.com/imgroup-operator/imgroup-operator/internal/policy"
)

// Inventory counts the IMGroups of each IMApp as the watch reports them, so that nobody has to list them. Creations that
// the watch has not reported yet are reserved, so that the workers of one replica together keep spec.groups.maxCount.
type Inventory struct {
	changed func(apps.Key)

	mu       sync.Mutex
	apps     map[apps.Key]*tally
	complete bool // the watch has shown every IMGroup of the start
}

// New makes an empty inventory. changed is called with an app whose name conflicts are others,
// or that has few IMGroups and one more or less, or their first change; it must not block.
func New(changed func(apps.Key)) *Inventory {
	return &Inventory{changed: changed, apps: map[apps.Key]*tally{}}
}

// Complete says that the watch has shown every IMGroup of the start. It reports whether that is news.
func (i *Inventory) Complete() (first bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	first, i.complete = !i.complete, true
	return first
}

// AppOf names the IMApp of an IMGroup.
func AppOf(g *imv1alpha1.IMGroup) apps.Key {
	return apps.Key{Namespace: g.Namespace, Name: g.Spec.AppRef.Name}
}

func (i *Inventory) of(app apps.Key) *tally {
	t := i.apps[app]
	if t == nil {
		t = &tally{reserved: map[string]bool{}, conflicts: map[string]bool{}, unsettled: map[string]bool{}, sdkAppIDs: map[int64]int{}}
		i.apps[app] = t
	}
	return t
}

// Added counts an IMGroup that the watch reports for the first time.
func (i *Inventory) Added(g *imv1alpha1.IMGroup) {
	i.mu.Lock()
	defer i.mu.Unlock()
	t := i.of(AppOf(g))
	t.groups++
	if groupstatus.IsCreated(g) {
		t.created++
	}
	delete(t.reserved, g.Name)
	t.sdkAppIDs[g.Status.SDKAppID]++
	i.look(t, g)
	i.tellFew(AppOf(g), t)
}

// Few is up to how many IMGroups an app's are counted as they come, for somebody looks on.
const Few = 10

func (i *Inventory) tellFew(app apps.Key, t *tally) {
	if t.groups <= Few {
		i.changed(app)
	}
}

// Changed counts what an update of an IMGroup moved.
func (i *Inventory) Changed(old, now *imv1alpha1.IMGroup) {
	i.mu.Lock()
	defer i.mu.Unlock()
	t := i.of(AppOf(now))
	t.created += count(groupstatus.IsCreated(now)) - count(groupstatus.IsCreated(old))
	t.forgetID(old)
	t.sdkAppIDs[now.Status.SDKAppID]++
	unchanged := t.newest.IsZero()
	i.look(t, now)
	if unchanged && !t.newest.IsZero() {
		i.tellFew(AppOf(now), t)
	}
}

// Removed forgets an IMGroup that was deleted.
func (i *Inventory) Removed(g *imv1alpha1.IMGroup) {
	i.mu.Lock()
	defer i.mu.Unlock()
	t := i.of(AppOf(g))
	t.groups--
	t.created -= count(groupstatus.IsCreated(g))
	i.setConflict(t, g, false)
	delete(t.reserved, g.Name)
	delete(t.unsettled, g.Name)
	t.forgetID(g)
	i.tellFew(AppOf(g), t)
	i.prune(AppOf(g))
}

func (i *Inventory) look(t *tally, g *imv1alpha1.IMGroup) {
	if l := g.Status.LastChange; l != nil && l.EventTime.After(t.newest) {
		t.newest = l.EventTime.Time
	}
	ready := groupstatus.ReadyReason(g)
	i.setConflict(t, g, ready == imv1alpha1.ReasonNameConflict)
	if ready == "" || ready == imv1alpha1.ReasonAppNotFound || ready == imv1alpha1.ReasonUnreadable || g.Status.ObservedGeneration != g.Generation ||
		groupstatus.HasUnusedManagedFields(g) {
		t.unsettled[g.Name] = true
	} else {
		delete(t.unsettled, g.Name)
	}
}

// Unsettled lists the apps that may have IMGroups with something to write although no event is pending: see
// groupstatus.IsSettled.
func (i *Inventory) Unsettled(known map[apps.Key]*imv1alpha1.IMApp) []apps.Key {
	i.mu.Lock()
	defer i.mu.Unlock()
	var keys []apps.Key
	for key, t := range i.apps {
		app := known[key]
		if app == nil || policy.Of(app).Retention > 0 || len(t.unsettled) > 0 || t.sdkAppIDs[app.Spec.SDKAppID] != t.groups {
			keys = append(keys, key)
		}
	}
	return keys
}

func (i *Inventory) setConflict(t *tally, g *imv1alpha1.IMGroup, conflict bool) {
	if t.conflicts[g.Name] == conflict {
		return
	}
	if conflict {
		t.conflicts[g.Name] = true
	} else {
		delete(t.conflicts, g.Name)
	}
	i.changed(AppOf(g))
}

// Reserve takes one of the app's places for a creation; false when there is none left.
func (i *Inventory) Reserve(group types.NamespacedName, app string, limit int) bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	t := i.of(apps.Key{Namespace: group.Namespace, Name: app})
	if !t.reserved[group.Name] && t.created+len(t.reserved) >= limit {
		i.prune(apps.Key{Namespace: group.Namespace, Name: app})
		return false
	}
	t.reserved[group.Name] = true
	return true
}

// Release gives a place back when the creation did not happen.
func (i *Inventory) Release(group types.NamespacedName, app string) {
	i.mu.Lock()
	defer i.mu.Unlock()
	key := apps.Key{Namespace: group.Namespace, Name: app}
	delete(i.of(key).reserved, group.Name)
	i.prune(key)
}

// prune forgets an app that has no IMGroups.
func (i *Inventory) prune(key apps.Key) {
	if t := i.apps[key]; t != nil && t.groups == 0 && len(t.reserved) == 0 {
		delete(i.apps, key)
	}
}

// Report is what the inventory knows of one app.
type Report struct {
	Groups, Created int // created: those that are being created, too
	Newest          time.Time
	Conflicts       []string // sorted
	Complete        bool     // every IMGroup of the app was counted
}

// Report returns what is known of one app.
func (i *Inventory) Report(app apps.Key) Report {
	i.mu.Lock()
	defer i.mu.Unlock()
	t := i.apps[app]
	if t == nil {
		return Report{Complete: i.complete}
	}
	return Report{Groups: t.groups, Created: t.created + len(t.reserved), Newest: t.newest, Conflicts: slices.Sorted(maps.Keys(t.conflicts)), Complete: i.complete}
}
