// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package groupcache is the operator's cache, in which an IMGroup takes a few hundred bytes: what a decision needs of it,
// packed at once when it comes from the wire. Who reads one gets an ordinary IMGroup as groupstatus.Compact makes it.
package groupcache

import (
	"fmt"
	"unique"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/groupstatus"
)

// Group is an IMGroup in the cache. It never changes there.
type Group struct {
	noMeta

	namespace, name, version string

	common *common
	own    string // packed

	initialEventsEnd bool // it is no IMGroup: the API server has sent all that were there when the watch began
	unusedFields     bool // see groupstatus.HasUnusedManagedFields
	named            bool // somebody named it: it has another name than the operator gives
}

// pack packs an IMGroup, but for its large texts: see groupstatus.Compact. It changes the IMGroup and keeps parts of it.
func pack(g *imv1alpha1.IMGroup) (*Group, error) {
	groupstatus.Compact(g)
	common, own := partsOf(g)
	c, err := shared(common)
	if err != nil {
		return nil, fmt.Errorf("packing an IMGroup: %w", err)
	}
	o, err := encode(own)
	if err != nil {
		return nil, fmt.Errorf("packing an IMGroup: %w", err)
	}
	return &Group{namespace: unique.Make(g.Namespace).Value(), name: g.Name, version: g.ResourceVersion, common: c, own: o,
		unusedFields: g.ManagedFields != nil, named: g.Name != groupstatus.Name(g.Spec.AppRef.Name, g.Spec.GroupID)}, nil
}

// Unpack returns the IMGroup, as groupstatus.Compact made it. The caller owns it.
func (g *Group) Unpack() *imv1alpha1.IMGroup {
	var o own
	if decode(g.own, &o) != nil {
		panic("groupcache: what was packed here cannot be unpacked") // a fault of this package: no input can cause it
	}
	out := groupOf(g.common, o)
	out.Namespace, out.Name, out.ResourceVersion = g.namespace, g.name, g.version
	if g.unusedFields {
		out.ManagedFields = groupstatus.UnusedManagedFields()
	}
	return out
}

// UnmarshalJSON packs an IMGroup as it comes from the API server.
func (g *Group) UnmarshalJSON(b []byte) error {
	var group imv1alpha1.IMGroup
	if err := group.UnmarshalJSON(b); err != nil { // itself: json.Unmarshal would read everything once more before
		return err
	}
	end := group.Annotations[metav1.InitialEventsAnnotationKey] == "true"
	packed, err := pack(&group)
	if err != nil {
		return err
	}
	*g = *packed
	g.initialEventsEnd = end
	return nil
}

// DeepCopyObject may share everything.
func (g *Group) DeepCopyObject() runtime.Object {
	out := *g
	return &out
}

// GetObjectKind needs no room: the kind is known.
func (g *Group) GetObjectKind() schema.ObjectKind { return schema.EmptyObjectKind }

// GetNamespace returns the namespace.
func (g *Group) GetNamespace() string { return g.namespace }

// GetName returns the name.
func (g *Group) GetName() string { return g.name }

// GetResourceVersion returns the version that the API server gave it.
func (g *Group) GetResourceVersion() string { return g.version }

// GetAnnotations has the one that ends the initial events of a watch.
func (g *Group) GetAnnotations() map[string]string {
	if g.initialEventsEnd {
		return map[string]string{metav1.InitialEventsAnnotationKey: "true"}
	}
	return nil
}

// SetResourceVersion and SetAnnotations make such a bookmark where there is no API server to send one.
func (g *Group) SetResourceVersion(version string) { g.version = version }

// SetAnnotations keeps that one.
func (g *Group) SetAnnotations(annotations map[string]string) {
	g.initialEventsEnd = annotations[metav1.InitialEventsAnnotationKey] == "true"
}

// list is how the API server lists them.
type list struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`

	Items []Group `json:"items"`
}

// DeepCopyObject copies the list; the items may be shared.
func (l *list) DeepCopyObject() runtime.Object {
	out := *l
	return &out
}
