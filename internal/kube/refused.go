// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package kube

import (
	"context"
	"maps"
	"regexp"
	"slices"
	"sync"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
	"sigs.k8s.io/controller-runtime/pkg/log"
)

// Refused are the namespaces that the operator is to serve and may not list. They count as empty until it may: they must not
// keep the others from being served. The zero value is ready.
type Refused struct {
	// Changed is told of a namespace that is refused, or is not any more. It must not block.
	Changed func(namespace string, refused bool)

	mu    sync.Mutex
	names map[string]int // how many kinds of each
}

// Names lists the namespaces.
func (r *Refused) Names() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Sorted(maps.Keys(r.names))
}

func (r *Refused) add(namespace string, kinds int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.names == nil {
		r.names = map[string]int{}
	}
	r.names[namespace] += kinds
	refused := r.names[namespace] > 0
	if !refused {
		delete(r.names, namespace)
	}
	r.Changed(namespace, refused)
}

// inNamespace is how the API server ends the words of a refusal.
var inNamespace = regexp.MustCompile(`in the namespace "([^"]+)"$`)

// namespaceOf returns the namespace that may not be listed, as the API server says; empty if it says something else.
func namespaceOf(err error) string {
	if !apierrors.IsForbidden(err) {
		return ""
	}
	if found := inNamespace.FindStringSubmatch(err.Error()); found != nil {
		return found[1]
	}
	return ""
}

// pretend is a watch of a namespace that may not be listed: it shows nothing, and ends when that is allowed.
func (r *Refused) pretend(ctx context.Context, namespace string, kind runtime.Object, initial bool, allowed func() bool) watch.Interface {
	w := watch.NewFakeWithChanSize(2, false)
	if initial {
		w.Action(watch.Bookmark, bookmark(kind))
	}
	log.FromContext(ctx).Info("may not list a namespace; it is not served until that is allowed", "namespace", namespace)
	r.add(namespace, 1)
	go func() {
		defer r.add(namespace, -1)
		for pause(ctx) == nil {
			if allowed() {
				expired := apierrors.NewResourceExpired("list it from the beginning").Status()
				w.Error(&expired)
				return
			}
		}
	}()
	return w
}

// bookmark ends the objects with which a watch begins.
func bookmark(kind runtime.Object) runtime.Object {
	o := kind.DeepCopyObject()
	if m, ok := o.(metav1.Object); ok {
		m.SetResourceVersion("1")
		m.SetAnnotations(map[string]string{metav1.InitialEventsAnnotationKey: "true"})
	}
	return o
}
