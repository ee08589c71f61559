// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"cmp"

	"k8s.io/client-go/tools/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

// The stores are those of the followers: they put what these tell into the hub.
var (
	_ cache.TransformingStore = (*groupStore)(nil)
	_ cache.ReflectorStore    = (*appStore)(nil)
)

type groupStore struct{ hub *hub }

// Transformer is a part of cache.TransformingStore: it drops what no page shows.
func (*groupStore) Transformer() cache.TransformFunc {
	return func(o any) (any, error) {
		if g, ok := o.(*imv1alpha1.IMGroup); ok {
			g.ManagedFields, g.Annotations = nil, nil
		}
		return o, nil
	}
}

// Add is a part of cache.ReflectorStore.
func (s *groupStore) Add(o any) error { return s.Update(o) }

// Update is a part of cache.ReflectorStore.
func (s *groupStore) Update(o any) error {
	if g, ok := o.(*imv1alpha1.IMGroup); ok {
		s.hub.set(client.ObjectKeyFromObject(g), g, true)
	}
	return nil
}

// Delete is a part of cache.ReflectorStore.
func (s *groupStore) Delete(o any) error {
	if g, ok := o.(*imv1alpha1.IMGroup); ok {
		s.hub.set(client.ObjectKeyFromObject(g), nil, true)
	}
	return nil
}

// Replace is a part of cache.ReflectorStore. The first list is no news; what differs in a later one came while nobody
// looked, so that nothing can be said of its lag.
func (s *groupStore) Replace(all []any, _ string) error {
	listed := make(map[client.ObjectKey]*imv1alpha1.IMGroup, len(all))
	for _, o := range all {
		if g, ok := o.(*imv1alpha1.IMGroup); ok {
			listed[client.ObjectKeyFromObject(g)] = g
		}
	}
	if s.hub.begin(listed) {
		return nil
	}
	for _, key := range s.hub.keys() {
		if listed[key] == nil {
			s.hub.set(key, nil, false)
		}
	}
	for key, g := range listed {
		s.hub.set(key, g, false)
	}
	return nil
}

// Resync is a part of cache.ReflectorStore.
func (*groupStore) Resync() error { return nil }

// begin takes the first list.
func (h *hub) begin(groups map[client.ObjectKey]*imv1alpha1.IMGroup) bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.groups != nil {
		return false
	}
	h.groups = groups
	close(h.listed)
	return true
}

func (h *hub) keys() []client.ObjectKey {
	h.mu.Lock()
	defer h.mu.Unlock()
	all := make([]client.ObjectKey, 0, len(h.groups))
	for key := range h.groups {
		all = append(all, key)
	}
	return all
}

// set takes an IMGroup as it is now, nil: it does not exist.
func (h *hub) set(key client.ObjectKey, g *imv1alpha1.IMGroup, atOnce bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	old := h.groups[key]
	if old != nil && g != nil && old.ResourceVersion == g.ResourceVersion {
		return
	}
	if g == nil {
		delete(h.groups, key)
	} else {
		h.groups[key] = g
	}
	h.tell(key, momentOf(old, g, h.now(), atOnce))
}

type appStore struct{ hub *hub }

// Add is a part of cache.ReflectorStore.
func (s *appStore) Add(o any) error { return s.Update(o) }

// Update is a part of cache.ReflectorStore.
func (s *appStore) Update(o any) error {
	s.change(func(all map[client.ObjectKey]*imv1alpha1.IMApp) {
		if a, ok := o.(*imv1alpha1.IMApp); ok {
			all[client.ObjectKeyFromObject(a)] = a
		}
	})
	return nil
}

// Delete is a part of cache.ReflectorStore.
func (s *appStore) Delete(o any) error {
	s.change(func(all map[client.ObjectKey]*imv1alpha1.IMApp) {
		if a, ok := o.(*imv1alpha1.IMApp); ok {
			delete(all, client.ObjectKeyFromObject(a))
		}
	})
	return nil
}

// Replace is a part of cache.ReflectorStore.
func (s *appStore) Replace(listed []any, _ string) error {
	s.change(func(all map[client.ObjectKey]*imv1alpha1.IMApp) {
		clear(all)
		for _, o := range listed {
			if a, ok := o.(*imv1alpha1.IMApp); ok {
				all[client.ObjectKeyFromObject(a)] = a
			}
		}
	})
	return nil
}

// Resync is a part of cache.ReflectorStore.
func (*appStore) Resync() error { return nil }

func (s *appStore) change(do func(map[client.ObjectKey]*imv1alpha1.IMApp)) {
	s.hub.mu.Lock()
	defer s.hub.mu.Unlock()
	do(s.hub.apps)
	s.hub.tellApps()
}

func compareKeys(a, b client.ObjectKey) int {
	return cmp.Or(cmp.Compare(a.Namespace, b.Namespace), cmp.Compare(a.Name, b.Name))
}
