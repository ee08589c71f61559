// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package controllers

import (
	"maps"
	"slices"
	"sync"
	"time"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/types"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/apps"
)

// census counts the IMGroups of each IMApp as the watch reports them, so that nobody has to list them. Creations that
// the watch has not reported yet are reserved, so that the workers of one replica together keep spec.groups.maxCount.
type census struct {
	// conflicted is told of an app whose conflicts are others now. It must not block.
	conflicted func(apps.Key)

	mu   sync.Mutex
	apps map[apps.Key]*tally
}

type tally struct {
	groups    int // all IMGroups of the app
	created   int // those that the operator created
	newest    time.Time
	reserved  map[string]bool // names that are being created
	conflicts map[string]bool // names of IMGroups whose name belongs to another group
	unsettled map[string]bool // names of IMGroups whose conditions are not of their spec, or miss the IMApp
	sdkAppIDs map[int64]int   // how many statuses are of each application
}

func newCensus() *census {
	return &census{conflicted: func(apps.Key) {}, apps: map[apps.Key]*tally{}}
}

func appOf(g *imv1alpha1.IMGroup) apps.Key {
	return apps.Key{Namespace: g.Namespace, Name: g.Spec.AppRef.Name}
}

// isCreated tells whether the operator created the IMGroup, as opposed to somebody who declared it.
func isCreated(g *imv1alpha1.IMGroup) bool {
	return g.Labels[imv1alpha1.LabelManagedBy] == imv1alpha1.ManagedByValue && g.Labels[imv1alpha1.LabelApp] == g.Spec.AppRef.Name
}

func (c *census) of(app apps.Key) *tally {
	t := c.apps[app]
	if t == nil {
		t = &tally{reserved: map[string]bool{}, conflicts: map[string]bool{}, unsettled: map[string]bool{}, sdkAppIDs: map[int64]int{}}
		c.apps[app] = t
	}
	return t
}

// added counts an IMGroup that the watch reports for the first time.
func (c *census) added(g *imv1alpha1.IMGroup) {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := c.of(appOf(g))
	t.groups++
	if isCreated(g) {
		t.created++
	}
	delete(t.reserved, g.Name)
	t.sdkAppIDs[g.Status.SDKAppID]++
	c.look(t, g)
}

// changed counts what an update of an IMGroup moved.
func (c *census) changed(old, now *imv1alpha1.IMGroup) {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := c.of(appOf(now))
	t.created += count(isCreated(now)) - count(isCreated(old))
	t.forgetID(old)
	t.sdkAppIDs[now.Status.SDKAppID]++
	c.look(t, now)
}

func (c *census) removed(g *imv1alpha1.IMGroup) {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := c.of(appOf(g))
	t.groups--
	t.created -= count(isCreated(g))
	c.setConflict(t, g, false)
	delete(t.reserved, g.Name)
	delete(t.unsettled, g.Name)
	t.forgetID(g)
	c.prune(appOf(g))
}

func (c *census) look(t *tally, g *imv1alpha1.IMGroup) {
	if l := g.Status.LastChange; l != nil && l.EventTime.After(t.newest) {
		t.newest = l.EventTime.Time
	}
	ready := readyReason(g)
	c.setConflict(t, g, ready == imv1alpha1.ReasonNameConflict)
	if ready == "" || ready == imv1alpha1.ReasonAppNotFound || g.Status.ObservedGeneration != g.Generation {
		t.unsettled[g.Name] = true
	} else {
		delete(t.unsettled, g.Name)
	}
}

func readyReason(g *imv1alpha1.IMGroup) string {
	if ready := meta.FindStatusCondition(g.Status.Conditions, imv1alpha1.ConditionReady); ready != nil {
		return ready.Reason
	}
	return ""
}

func (t *tally) forgetID(g *imv1alpha1.IMGroup) {
	if t.sdkAppIDs[g.Status.SDKAppID]--; t.sdkAppIDs[g.Status.SDKAppID] == 0 {
		delete(t.sdkAppIDs, g.Status.SDKAppID)
	}
}

// unsettled lists the apps that may have IMGroups with something to write although no event is pending: see settled.
func (c *census) unsettled(known map[apps.Key]*imv1alpha1.IMApp) []apps.Key {
	c.mu.Lock()
	defer c.mu.Unlock()
	var keys []apps.Key
	for key, t := range c.apps {
		app := known[key]
		if app == nil || retention(app) > 0 || len(t.unsettled) > 0 || t.sdkAppIDs[app.Spec.SDKAppID] != t.groups {
			keys = append(keys, key)
		}
	}
	return keys
}

func (c *census) setConflict(t *tally, g *imv1alpha1.IMGroup, conflict bool) {
	if t.conflicts[g.Name] == conflict {
		return
	}
	if conflict {
		t.conflicts[g.Name] = true
	} else {
		delete(t.conflicts, g.Name)
	}
	c.conflicted(appOf(g))
}

// reserve takes one of the app's places for a creation; false when there is none left.
func (c *census) reserve(group types.NamespacedName, app string, limit int) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := c.of(apps.Key{Namespace: group.Namespace, Name: app})
	if !t.reserved[group.Name] && t.created+len(t.reserved) >= limit {
		c.prune(apps.Key{Namespace: group.Namespace, Name: app})
		return false
	}
	t.reserved[group.Name] = true
	return true
}

// release gives a place back when the creation did not happen.
func (c *census) release(group types.NamespacedName, app string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	key := apps.Key{Namespace: group.Namespace, Name: app}
	delete(c.of(key).reserved, group.Name)
	c.prune(key)
}

// prune forgets an app that has no IMGroups.
func (c *census) prune(key apps.Key) {
	if t := c.apps[key]; t != nil && t.groups == 0 && len(t.reserved) == 0 {
		delete(c.apps, key)
	}
}

// report is what the census knows of one app.
type report struct {
	groups, created int // created: those that are being created, too
	newest          time.Time
	conflicts       []string // sorted
}

func (c *census) report(app apps.Key) report {
	c.mu.Lock()
	defer c.mu.Unlock()
	t := c.apps[app]
	if t == nil {
		return report{}
	}
	return report{groups: t.groups, created: t.created + len(t.reserved), newest: t.newest, conflicts: slices.Sorted(maps.Keys(t.conflicts))}
}

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}
