// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
	"github.com/imgroup-operator/imgroup-operator/test/harness"
)

const (
	// without is long enough for the client's own back-off to grow well over knownAgain.
	without = 15 * time.Second
	// knownAgain is several of the seconds after which CRDs are looked for again.
	knownAgain = 6 * time.Second
)

var hello = fakeim.InfoChanged("g", 1000, fakeim.Body{"Name": "ops"})

// An operator that starts before its CRDs waits for them, and one whose CRDs are deleted serves again soon after they are
// back, without a restart. Not parallel, since the CRDs are everybody's.
func TestCRDsMayComeLateAndMayComeAgain(t *testing.T) {
	ns := newNamespace(t)
	newSecret(t, ns, "chat", map[string]string{"token": token})
	all := ourCRDs(t)
	removeCRDs(t, all)
	o := newOperator(t, ns)
	o.start()
	s := o.sender(ns, "chat")
	eventually(t, "callbacks are refused", func() error { return refused(t.Context(), s, 503, hello) })
	during(t, without, time.Second, func() {
		if err := refused(t.Context(), s, 503, hello); err != nil || o.ready() == nil {
			t.Errorf("without its CRDs the operator is ready, or takes a callback: %v", err)
		}
	})
	installCRDs(t, all)
	servesSoon(t, o, ns)

	removeCRDs(t, all)
	eventually(t, "the IMApp is gone", func() error { return refused(t.Context(), s, 404, hello) })
	installCRDs(t, all)
	servesSoon(t, o, ns)
}

// servesSoon creates the IMApp, and sees that the operator takes a callback of it and writes the group in time.
func servesSoon(t *testing.T, o *operator, ns string) {
	t.Helper()
	create(t, signedApp(ns, "chat"))
	within(t, knownAgain, "a callback is accepted", func() error { return trySend(t.Context(), o.sender(ns, "chat"), hello) })
	awaitGroup(t, ns, "g", "has its name", func(g imv1alpha1.IMGroup) error { return is("the name", g.Status.Name, "ops") })
	o.awaitReady()
}

func ourCRDs(t *testing.T) (all []*unstructured.Unstructured) {
	t.Helper()
	files, err := filepath.Glob(crds + "/*.yaml")
	must(t, err)
	for _, file := range files {
		objects, err := harness.ReadManifest(file)
		must(t, err)
		all = append(all, objects...)
	}
	return all
}

// removeCRDs deletes the CRDs with all of their objects; at the end of the test they are there again. An API server whose storage of
// a kind is still being initialised may take minutes to delete it.
func removeCRDs(t *testing.T, all []*unstructured.Unstructured) {
	t.Helper()
	awaitCRDs(t)
	for _, crd := range all {
		must(t, world.admin.Delete(t.Context(), crd.DeepCopy()))
		t.Cleanup(func() { _ = world.admin.Create(context.WithoutCancel(t.Context()), crd.DeepCopy()) })
	}
	eventually(t, "the CRDs are gone", func() error {
		for _, crd := range all {
			if err := world.admin.Get(t.Context(), client.ObjectKeyFromObject(crd), crd.DeepCopy()); !apierrors.IsNotFound(err) {
				return errors.Join(errNotYet, err)
			}
		}
		return nil
	})
}

// installCRDs creates the CRDs and waits until the API server serves them.
func installCRDs(t *testing.T, all []*unstructured.Unstructured) {
	t.Helper()
	for _, crd := range all {
		create(t, crd.DeepCopy())
	}
	awaitCRDs(t)
}

func awaitCRDs(t *testing.T) {
	t.Helper()
	eventually(t, "the CRDs are served", func() error {
		return errors.Join(world.admin.List(t.Context(), &imv1alpha1.IMAppList{}), world.admin.List(t.Context(), &imv1alpha1.IMGroupList{}))
	})
}
