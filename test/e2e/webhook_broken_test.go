// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"testing"
	"time"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

// An admission webhook that cannot be reached makes the API server answer 500, to writes in its namespaces alone: the
// groups of others are written, and those of its own once it is gone.
func TestABrokenWebhookOfOneNamespaceHoldsNoOther(t *testing.T) {
	t.Parallel()
	broken, healthy := newNamespace(t), newNamespace(t)
	newApp(t, broken, "chat")
	newApp(t, healthy, "chat")
	o := startOperator(t, broken+","+healthy)
	hook := breakWebhook(t, broken)
	const groups = 100
	for i := range groups {
		send(t, o.sender(broken, "chat"), fakeim.InfoChanged(fmt.Sprint("g", i), 1000, fakeim.Body{"Name": "ops"}))
	}
	eventually(t, "each has failed some times", func() error {
		if n := o.metric(`imgroup_sync_writes_total{result="error"}`); n < 3*groups {
			return fmt.Errorf("%v writes have failed", n)
		}
		return nil
	})
	send(t, o.sender(healthy, "chat"), harmless)
	within(t, catchUp, "the group of the other namespace is written", func() error {
		_, err := groupWithID(t, healthy, "g")
		return err
	})
	remove(t, hook)
	eventually(t, "the groups of its own are written", func() error {
		if n := len(listGroups(t, broken)); n != groups {
			return fmt.Errorf("%d groups", n)
		}
		return o.isMetric("imgroup_journal_pending_groups", 0)
	})
}

// A webhook that hangs holds each write for its whole timeout: that is its own namespace's trouble.
func TestAWebhookThatHangsDelaysNoOtherNamespace(t *testing.T) {
	t.Parallel()
	broken, healthy := newNamespace(t), newNamespace(t)
	newApp(t, broken, "chat")
	newApp(t, healthy, "chat")
	o := startOperator(t, broken+","+healthy)
	hang(t, broken)
	for i := range 100 {
		send(t, o.sender(broken, "chat"), fakeim.InfoChanged(fmt.Sprint("g", i), 1000, fakeim.Body{"Name": "ops"}))
	}
	// For longer than the first writes take to fail, since it is then that all were woken.
	n := 0
	during(t, 15*time.Second, 500*time.Millisecond, func() {
		n++
		id := fmt.Sprint("g", n)
		send(t, o.sender(healthy, "chat"), fakeim.InfoChanged(id, 1000, fakeim.Body{"Name": "ops"}))
		within(t, 5*time.Second, "a group of the other namespace is written", func() error {
			_, err := groupWithID(t, healthy, id)
			return err
		})
	})
}

// The same for the status of IMApps: those that wait for the webhook are not all that is written.
func TestAWebhookThatHangsDelaysNoOtherIMApp(t *testing.T) {
	t.Parallel()
	broken, healthy := newNamespace(t), newNamespace(t)
	startOperator(t, broken+","+healthy)
	hang(t, broken)
	for i := range 20 {
		newApp(t, broken, fmt.Sprint("chat-", i))
	}
	during(t, 3*time.Second, time.Second, func() {
		name := fmt.Sprint("chat-", time.Now().UnixNano())
		newApp(t, healthy, name)
		within(t, 10*time.Second, "the IMApp of the other namespace is Ready", func() error {
			return hasConditions(getApp(t, healthy, name).Status.Conditions, "Ready=True/Ready")
		})
	})
}

// hang registers a webhook that accepts connections and never answers for the writes in a namespace.
func hang(t *testing.T, namespace string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { _ = l.Close() })
	asked := make(chan struct{})
	go accept(l, sync.OnceFunc(func() { close(asked) }))
	register(t, namespace, "https://"+l.Addr().String()+"/", 10)
	for n := 0; ; n++ {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		_ = world.admin.Create(ctx, probe(namespace, n)) // for an IMApp that is not there
		cancel()
		select {
		case <-asked:
			return
		default:
		}
	}
}

// accept takes connections and says nothing.
func accept(l net.Listener, first func()) {
	var held []net.Conn
	for {
		c, err := l.Accept()
		if err != nil {
			for _, c := range held {
				_ = c.Close()
			}
			return
		}
		held = append(held, c)
		first()
	}
}

// breakWebhook registers a webhook that is not there for the writes in a namespace, and waits until it is asked.
func breakWebhook(t *testing.T, namespace string) *admissionv1.ValidatingWebhookConfiguration {
	t.Helper()
	hook := register(t, namespace, "https://127.0.0.1:1/", 1)
	n := 0
	eventually(t, "the webhook is asked", func() error {
		n++
		if apierrors.IsInternalError(world.admin.Create(t.Context(), probe(namespace, n))) {
			return nil
		}
		return errors.Join(errNotYet, world.admin.Delete(t.Context(), probe(namespace, n)))
	})
	return hook
}

func probe(namespace string, n int) *imv1alpha1.IMGroup {
	return &imv1alpha1.IMGroup{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: fmt.Sprint("probe-", n)}, Spec: imv1alpha1.IMGroupSpec{
		AppRef: imv1alpha1.AppReference{Name: "no-app"}, GroupID: fmt.Sprint("probe-", n)}}
}

// register registers a webhook for what the operator writes in a namespace.
func register(t *testing.T, namespace, url string, timeout int32) *admissionv1.ValidatingWebhookConfiguration {
	t.Helper()
	fail, none := admissionv1.Fail, admissionv1.SideEffectClassNone
	ours := admissionv1.Rule{APIGroups: []string{imv1alpha1.GroupVersion.Group}, APIVersions: []string{"*"},
		Resources: []string{"imgroups", "imgroups/status", "imapps/status"}}
	hook := &admissionv1.ValidatingWebhookConfiguration{ObjectMeta: metav1.ObjectMeta{GenerateName: "test-"}, Webhooks: []admissionv1.ValidatingWebhook{{
		Name: "test.example.com", ClientConfig: admissionv1.WebhookClientConfig{URL: &url}, FailurePolicy: &fail, SideEffects: &none, TimeoutSeconds: &timeout,
		AdmissionReviewVersions: []string{"v1"}, NamespaceSelector: &metav1.LabelSelector{MatchLabels: map[string]string{"kubernetes.io/metadata.name": namespace}},
		Rules: []admissionv1.RuleWithOperations{{Operations: []admissionv1.OperationType{admissionv1.OperationAll}, Rule: ours}}}}}
	create(t, hook)
	t.Cleanup(func() { _ = world.admin.Delete(context.Background(), hook) }) // if the test fails
	return hook
}
