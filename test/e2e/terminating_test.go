// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

func TestEventsOfATerminatingNamespaceAreDropped(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	newApp(t, ns, "chat")
	o := startOperator(t, ns)
	// No controller-manager runs here, so the namespace stays as it is: terminating, with all that is in it.
	remove(t, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: ns}})
	eventually(t, "nothing can be created any more", func() error {
		err := world.admin.Create(t.Context(), &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: ns, GenerateName: "probe-"}})
		if apierrors.HasStatusCause(err, corev1.NamespaceTerminatingCause) {
			return nil
		}
		return errNotYet
	})
	send(t, o.sender(ns, "chat"), fakeim.InfoChanged("g", 1000, fakeim.Body{"Name": "ops"}))
	o.awaitDrained()
	if err := o.drops("namespace_gone", 1); err != nil {
		t.Error(err)
	}
	if files := o.setAside(); len(files) != 0 {
		t.Errorf("set aside: %q", files)
	}
}
