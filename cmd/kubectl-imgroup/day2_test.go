// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
	"github.com/imgroup-operator/imgroup-operator/test/harness"
)

// seasonal makes an IMApp with a group in a namespace of its own, for this test alone.
func seasonal(t *testing.T) {
	t.Helper()
	a := app("empty", "seasonal", "seasonal-token", func(*imv1alpha1.IMAppSpec) {})
	for _, o := range []client.Object{secret("empty", "seasonal-token", "token", token), a} {
		must(t, world.admin.Create(t.Context(), o))
		t.Cleanup(func() { must(t, world.admin.Delete(context.WithoutCancel(t.Context()), o)) })
	}
	must(t, harness.AwaitApps(t.Context(), world.admin))
}

// replicas stand in for the operator's Pods, which here is a process.
func replicas(t *testing.T) {
	t.Helper()
	must(t, world.admin.Create(t.Context(), &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: "imgroup-system"}}))
	for _, name := range []string{"imgroup-operator-0", "imgroup-operator-1"} {
		p := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "imgroup-system", Name: name, Labels: map[string]string{"app.kubernetes.io/name": "imgroup-operator"}},
			Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "manager", Image: "registry.example.com/imgroup-operator:v0.1.0"}}}}
		must(t, world.admin.Create(t.Context(), p))
		p.Status = corev1.PodStatus{Phase: corev1.PodRunning, Conditions: []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue}}}
		must(t, world.admin.Status().Update(t.Context(), p))
	}
}

func TestDay2(t *testing.T) {
	seasonal(t)
	replicas(t)
	told(t, "empty", "seasonal", appID, world.hourAgo, fakeim.Created("@TGS#2SEASON", nil, "leckie", "Season"))
	knows(t, "empty", "@TGS#2SEASON", "Season")
	eventually(t, "the IMApp shows the change", func() error { return counted(t) })
	run(t, pipe, 0, "history", "@TGS#2SEASON", "-n", "empty").says(t, "Season")
	run(t, pipe, 1, "history", "@TGS#2NONE", "-n", "empty").says(t, "there is no IMGroup @TGS#2NONE in the namespace empty")
	for _, test := range []struct {
		name string
		view view
		code int
		args []string
	}{
		{"status", narrow, 0, []string{"status", "-n", "empty"}},
		{"status-yaml", pipe, 0, []string{"status", "-n", "empty", "-o", "yaml"}},
		{"check", narrow, 0, []string{"check", "seasonal", "-n", "empty", "--no-url"}},
		{"check-failed", narrow, 3, []string{"check", "waiting", "-n", "chat", "--no-url"}},
		{"report", narrow, 0, []string{"report", "-n", "empty"}},
		{"suspend", pipe, 0, []string{"suspend", "seasonal", "-n", "empty"}},
		{"suspend-again", pipe, 0, []string{"suspend", "seasonal", "-n", "empty", "-o", "yaml"}},
		{"resume", pipe, 0, []string{"resume", "seasonal", "-n", "empty"}},
	} {
		p := run(t, test.view, test.code, test.args...)
		golden(t, test.name, p, p.out.String()+p.err.String())
		if test.name == "suspend" {
			run(t, pipe, 3, sendTo("empty", "seasonal", "@TGS#2SEASON")...).says(t, "HTTP 404")
		}
	}
	run(t, pipe, 0, sendTo("empty", "seasonal", "@TGS#2SEASON")...)
	run(t, pipe, 0, sendTo("empty", "seasonal", "@TGS#2SEASON", "--event-time", "1h")...).says(t, "takes the time of receipt")
}

// counted waits until the IMApp tells of its newest change.
func counted(t *testing.T) error {
	t.Helper()
	a := &imv1alpha1.IMApp{}
	err := world.admin.Get(t.Context(), client.ObjectKey{Namespace: "empty", Name: "seasonal"}, a)
	if err == nil && a.Status.LastChangeTime == nil {
		err = errors.New("no change yet")
	}
	return err
}
