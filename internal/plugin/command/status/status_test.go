// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package status

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/cli-runtime/pkg/genericiooptions"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"
	"sigs.k8s.io/controller-runtime/pkg/client/interceptor"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/cli"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/cluster"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/screen"
)

var now = time.Unix(100000, 0)

// ago is a time of that many seconds before now.
func ago(seconds int) time.Time { return now.Add(-time.Duration(seconds) * time.Second) }

func pod(name, image string, ready corev1.ConditionStatus) *corev1.Pod {
	return &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "imgroup-system", Name: name, Labels: map[string]string{"app.kubernetes.io/name": "imgroup-operator"}},
		Spec: corev1.PodSpec{Containers: []corev1.Container{{Image: image}}},
		Status: corev1.PodStatus{Phase: corev1.PodRunning, Conditions: []corev1.PodCondition{{Type: corev1.PodReady, Status: ready}},
			ContainerStatuses: []corev1.ContainerStatus{{RestartCount: 1}}}}
}

func group(name string, ready metav1.ConditionStatus, edit func(*imv1alpha1.IMGroupStatus)) *imv1alpha1.IMGroup {
	g := &imv1alpha1.IMGroup{ObjectMeta: metav1.ObjectMeta{Namespace: "chat", Name: name}}
	g.Spec.AppRef.Name = "support"
	g.Status.Conditions = []metav1.Condition{{Type: imv1alpha1.ConditionReady, Status: ready, Reason: "NameConflict"}}
	edit(&g.Status)
	return g
}

func heard(s *imv1alpha1.IMGroupStatus) {
	s.FieldTimes = map[string]imv1alpha1.EventTime{"alive": {MicroTime: metav1.NewMicroTime(ago(60))}}
}

func disbanded(s *imv1alpha1.IMGroupStatus) {
	heard(s)
	t := metav1.NewMicroTime(ago(60))
	s.DestroyedTime = &t
}

func objects() []client.Object {
	app := &imv1alpha1.IMApp{ObjectMeta: metav1.ObjectMeta{Namespace: "chat", Name: "support"}, Spec: imv1alpha1.IMAppSpec{Rest: &imv1alpha1.IMAppREST{}}}
	changed, start, end := metav1.NewMicroTime(ago(60)), metav1.NewTime(ago(120)), metav1.NewTime(ago(90))
	app.Status = imv1alpha1.IMAppStatus{LastChangeTime: &changed, Resync: &imv1alpha1.ResyncStatus{StartTime: &start, CompletionTime: &end},
		Conditions: []metav1.Condition{{Type: imv1alpha1.ConditionReady, Status: "True", Reason: "Ready"}, {Type: imv1alpha1.ConditionResynced, Status: "True", Reason: "ResyncCompleted"}}}
	suspended := &imv1alpha1.IMApp{ObjectMeta: metav1.ObjectMeta{Namespace: "chat", Name: "retired"}, Spec: imv1alpha1.IMAppSpec{Suspend: true}}
	return []client.Object{app, suspended, pod("imgroup-operator-0", "imgroup-operator:v0.1.0", "True"), pod("imgroup-operator-1", "imgroup-operator:v0.2.0", "False"),
		group("a", "True", heard), group("b", "True", disbanded), group("c", "False", func(*imv1alpha1.IMGroupStatus) {})}
}

const want = `Operator 1 of 2 Pods ready, 2 restarts
         Pod imgroup-operator-1 is not ready: Running
         The operator's version is v0.2.0, the plugin's v0.1.0.
Groups   3 IMGroups: 1 exist, 1 disbanded, of 1 nothing was heard yet; not ready: 1 NameConflict

NAMESPACE/IMAPP  READY      GROUPS  CHANGED  RESYNC
chat/retired     suspended  0       -        no spec.rest
chat/support     yes        3       60s      ResyncCompleted, 90s ago
`

func TestStatus(t *testing.T) {
	scheme := runtime.NewScheme()
	for _, add := range []func(*runtime.Scheme) error{corev1.AddToScheme, imv1alpha1.AddToScheme} {
		if err := add(scheme); err != nil {
			t.Fatal(err)
		}
	}
	k := &cluster.Cluster{WithWatch: fake.NewClientBuilder().WithScheme(scheme).WithObjects(objects()...).Build(), Namespace: "chat"}
	if got := screenOf(t, k); got != want {
		t.Errorf("(-want +got):\n%s", cmp.Diff(want, got))
	}
	k.WithWatch = interceptor.NewClient(k.WithWatch, interceptor.Funcs{List: func(ctx context.Context, c client.WithWatch, list client.ObjectList, o ...client.ListOption) error {
		if _, is := list.(*corev1.PodList); is {
			return apierrors.NewForbidden(corev1.Resource("pods"), "", errors.New("no"))
		}
		return c.List(ctx, list, o...)
	}})
	if got := screenOf(t, k); !strings.HasPrefix(got, "Operator unknown: its Pods cannot be read\nGroups   3 IMGroups") {
		t.Errorf("without the right to see Pods: %s", got)
	}
}

func screenOf(t *testing.T, k *cluster.Cluster) string {
	t.Helper()
	s, err := read(t.Context(), &cli.Env{Version: "v0.1.0", IOStreams: genericiooptions.NewTestIOStreamsDiscard()}, k, "chat", "imgroup-system")
	if err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := (&printer{Screen: screen.Of(&out), now: now}).print(s); err != nil {
		t.Fatal(err)
	}
	return out.String()
}
