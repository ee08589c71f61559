// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package install

import (
	"context"
	"strings"
	"sync"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// applier applies objects as kubectl does, and keeps what the API server says beside its answers. Unknown and repeated
// fields are errors: that is always so for an apply.
type applier struct {
	client client.Client
	said   warnings
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
	a := &applier{}
	config := rest.CopyConfig(world.env.Config)
	config.WarningHandler = &a.said
	var err error
	a.client, err = client.New(config, client.Options{Scheme: world.admin.Scheme()})
	must(t, err)
	return a
}

func (a *applier) apply(ctx context.Context, o *unstructured.Unstructured, options ...client.ApplyOption) error {
	options = append(options, client.FieldOwner("test-install"), client.ForceOwnership)
	return a.client.Apply(ctx, client.ApplyConfigurationFromUnstructured(o.DeepCopy()), options...)
}

// accepts applies a bundle without changing anything, and fails on any error or warning. The namespaces are made for
// real: nothing can be tried in one that is not there.
func (a *applier) accepts(t *testing.T, b bundle) {
	t.Helper()
	for _, o := range b {
		a.prepare(t, o)
		if err := a.apply(t.Context(), o, client.DryRunAll); err != nil {
			t.Errorf("%s %s: %v", o.GetKind(), o.GetName(), err)
		}
		if said := a.said.take(); len(said) > 0 {
			t.Errorf("%s %s: the API server warns: %s", o.GetKind(), o.GetName(), strings.Join(said, "; "))
		}
	}
}

func (a *applier) prepare(t *testing.T, o *unstructured.Unstructured) {
	t.Helper()
	if o.GetKind() == "Namespace" {
		must(t, a.apply(t.Context(), o))
	} else if ns := o.GetNamespace(); ns != "" {
		err := world.admin.Create(t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: ns}})
		if err != nil && !apierrors.IsAlreadyExists(err) {
			t.Fatal(err)
		}
	}
}
