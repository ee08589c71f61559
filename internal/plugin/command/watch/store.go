// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package watch

import (
	"slices"

	"k8s.io/client-go/tools/cache"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/changes"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/words"
)

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

// Add is a part of cache.ReflectorStore. It may be told of an IMGroup that is known.
func (f *follower) Add(o any) error { return f.Update(o) }

// Update is a part of cache.ReflectorStore.
func (f *follower) Update(o any) error {
	if g, ok := o.(*imv1alpha1.IMGroup); ok && f.wants(g) {
		lean(g)
		key := client.ObjectKeyFromObject(g)
		f.tell(changes.Between(f.shown[key], g, f.Now()))
		f.shown[key] = g
	}
	return nil
}

// Delete is a part of cache.ReflectorStore.
func (f *follower) Delete(o any) error {
	if g, ok := o.(*imv1alpha1.IMGroup); ok && f.wants(g) {
		key := client.ObjectKeyFromObject(g)
		f.tell(changes.Between(f.shown[key], nil, f.Now()))
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
	f.tell(difference(before, f.shown, f.Now()))
	return nil
}

// greet says what is watched, and which of it is not there.
func (f *follower) greet() {
	f.Note("Watching %s%s; Ctrl-C ends it.", words.Count(len(f.shown), "IMGroup"), words.InNamespace(f.namespace))
	for i, name := range f.names {
		if f.shown[client.ObjectKey{Namespace: f.namespace, Name: name}] == nil && !slices.Contains(f.names[:i], name) {
			f.Note("There is no IMGroup %s%s yet; it is waited for.", name, words.InNamespace(f.namespace))
		}
	}
}

// Resync is a part of cache.ReflectorStore.
func (f *follower) Resync() error { return nil }

func (f *follower) tell(news []changes.Change) {
	if err := f.show(news); err != nil {
		f.end(err)
	}
}

// wants reports whether an IMGroup is watched.
func (f *follower) wants(g *imv1alpha1.IMGroup) bool {
	return len(f.names) == 0 || slices.Contains(f.names, g.Name)
}
