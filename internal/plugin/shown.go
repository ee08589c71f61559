// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package plugin

import (
	"cmp"
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/tools/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/changes"
)

// states are the watched IMGroups as they were shown last; nil before the first list.
type states map[client.ObjectKey]*imv1alpha1.IMGroup

// The follower is the store of a reflector, and one that makes objects lean.
var _ cache.TransformingStore = (*follower)(nil)

// Transformer is a part of cache.TransformingStore.
func (f *follower) Transformer() cache.TransformFunc {
	return func(o any) (any, error) {
		if g, ok := o.(*imv1alpha1.IMGroup); ok {
			lean(g)
		}
		return o, nil
	}
}

// lean keeps of an IMGroup what changes are read from, which is the smaller part.
func lean(g *imv1alpha1.IMGroup) {
	g.ObjectMeta = metav1.ObjectMeta{Namespace: g.Namespace, Name: g.Name, UID: g.UID, CreationTimestamp: g.CreationTimestamp}
	g.Status.Conditions = nil
}

// Add is a part of cache.ReflectorStore. It may be told of an IMGroup that is known.
func (f *follower) Add(o any) error { return f.Update(o) }

// Update is a part of cache.ReflectorStore.
func (f *follower) Update(o any) error {
	if g, ok := o.(*imv1alpha1.IMGroup); ok && f.wants(g) {
		lean(g)
		key := client.ObjectKeyFromObject(g)
		f.tell(changes.Between(f.shown[key], g, f.now()))
		f.shown[key] = g
	}
	return nil
}

// Delete is a part of cache.ReflectorStore.
func (f *follower) Delete(o any) error {
	if g, ok := o.(*imv1alpha1.IMGroup); ok && f.wants(g) {
		key := client.ObjectKeyFromObject(g)
		f.tell(changes.Between(f.shown[key], nil, f.now()))
		delete(f.shown, key)
	}
	return nil
}

// Replace is a part of cache.ReflectorStore. The first list is no news.
func (f *follower) Replace(all []any, _ string) error {
	before := f.shown
	f.shown = make(states, len(all))
	for _, o := range all {
		if g, ok := o.(*imv1alpha1.IMGroup); ok && f.wants(g) {
			lean(g)
			f.shown[client.ObjectKeyFromObject(g)] = g
		}
	}
	if before == nil {
		f.greet()
		return nil
	}
	f.tell(difference(before, f.shown, f.now()))
	return nil
}

// greet says what is watched, and which of it is not there.
func (f *follower) greet() {
	f.note("Watching %s%s; Ctrl-C ends it.", count(len(f.shown), "IMGroup"), inNamespace(f.namespace))
	for i, name := range f.names {
		if f.shown[client.ObjectKey{Namespace: f.namespace, Name: name}] == nil && !slices.Contains(f.names[:i], name) {
			f.note("There is no IMGroup %s%s yet; it is waited for.", name, inNamespace(f.namespace))
		}
	}
}

// difference is what is new of each IMGroup; the one that changed last is the last one.
func difference(before, after states, now time.Time) []changes.Change {
	var news [][]changes.Change
	add := func(old, new *imv1alpha1.IMGroup) {
		if found := changes.Between(old, new, now); len(found) > 0 {
			news = append(news, found)
		}
	}
	for key, g := range after {
		add(before[key], g)
	}
	for key, g := range before {
		if after[key] == nil {
			add(g, nil)
		}
	}
	slices.SortFunc(news, func(a, b []changes.Change) int {
		x, y := &a[len(a)-1], &b[len(b)-1]
		return cmp.Or(x.Time.Compare(y.Time.Time), cmp.Compare(x.Namespace, y.Namespace), cmp.Compare(x.Name, y.Name))
	})
	return slices.Concat(news...)
}

// Resync is a part of cache.ReflectorStore.
func (f *follower) Resync() error { return nil }

func (f *follower) tell(news []changes.Change) {
	if err := f.show(news); err != nil {
		f.end(err)
	}
}
