// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package install

import (
	"context"
	"strings"
	"sync"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// manager is the name under which the tests apply.
const manager = "test-install"

// applier applies objects as kubectl does, and keeps what the API server says beside its answers. Unknown and repeated
// fields are errors: that is always so for an apply.
type applier struct {
	client   client.Client
	said     warnings
	accepted map[string]bool // objects
}

// warnings are what an API server said.
type warnings struct {
	mu  sync.Mutex
	all []string
}

// HandleWarningHeader is called by the client.
func (w *warnings) HandleWarningHeader(_ int, _, text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.all = append(w.all, text)
}

// take returns them and forgets them.
func (w *warnings) take() []string {
	w.mu.Lock()
	defer w.mu.Unlock()
	taken := w.all
	w.all = nil
	return taken
}

func newApplier(t *testing.T) *applier {
	t.Helper()
	a := &applier{accepted: map[string]bool{}}
	config := rest.CopyConfig(world.env.Config)
	config.WarningHandler = &a.said
	var err error
	a.client, err = client.New(config, client.Options{Scheme: world.admin.Scheme()})
	must(t, err)
	return a
}

func (a *applier) apply(ctx context.Context, o *unstructured.Unstructured, options ...client.ApplyOption) error {
	return a.applyAs(ctx, o.DeepCopy(), options...)
}

// applyAs applies an object, which becomes what the API server answers.
func (a *applier) applyAs(ctx context.Context, o *unstructured.Unstructured, options ...client.ApplyOption) error {
	options = append(options, client.FieldOwner(manager), client.ForceOwnership)
	return a.client.Apply(ctx, client.ApplyConfigurationFromUnstructured(o), options...)
}

// accepts applies a bundle without changing anything, and fails on any error, warning, or default within what is owned as
// a whole. The bundle's namespaces are made for real: nothing can be tried in one that is not there. What was accepted once
// is not tried again.
func (a *applier) accepts(t *testing.T, b bundle) {
	t.Helper()
	for _, o := range b {
		text, err := o.MarshalJSON()
		must(t, err)
		if a.accepted[string(text)] {
			continue
		}
		a.accepted[string(text)] = true
		a.prepare(t, o)
		applied := o.DeepCopy()
		if err := a.applyAs(t.Context(), applied, client.DryRunAll); err != nil {
			t.Errorf("%s %s: %v", o.GetKind(), o.GetName(), err)
		}
		checkNothingIsAdded(t, o, applied)
		if said := a.said.take(); len(said) > 0 {
			t.Errorf("%s %s: the API server warns: %s", o.GetKind(), o.GetName(), strings.Join(said, "; "))
		}
	}
}

func (a *applier) prepare(t *testing.T, o *unstructured.Unstructured) {
	t.Helper()
	if o.GetKind() == "Namespace" {
		must(t, a.apply(t.Context(), o))
	}
}

// install applies a bundle. At the end of the test all of it goes but what others use too: the CRDs, and the namespaces,
// which nothing here would end.
func (a *applier) install(t *testing.T, b bundle) {
	t.Helper()
	for _, o := range b {
		must(t, a.apply(t.Context(), o))
		if o.GetKind() != "Namespace" && o.GetKind() != "CustomResourceDefinition" {
			t.Cleanup(func() { _ = world.admin.Delete(context.WithoutCancel(t.Context()), o.DeepCopy()) })
		}
	}
}

// exists tells whether the API server has an object.
func exists(t *testing.T, o *unstructured.Unstructured) bool {
	t.Helper()
	err := world.admin.Get(t.Context(), client.ObjectKeyFromObject(o), o.DeepCopy())
	must(t, client.IgnoreNotFound(err))
	return err == nil
}
