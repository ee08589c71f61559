// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package recipes

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	ctrl "sigs.k8s.io/controller-runtime"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/docs/recipes/notify/notifier"
	"github.com/imgroup-operator/imgroup-operator/docs/recipes/notify/robot"
)

// notes are a Notifier for a hook, with IMGroups in memory. It is for tests whose clock is a fake one.
type notes struct {
	t        *testing.T
	objects  client.Client
	receiver notifier.Receiver
	hook     *hook
	notifier *notifier.Notifier
}

func newNotes(t *testing.T, rules string) *notes {
	t.Helper()
	objects := fake.NewClientBuilder().WithScheme(world.admin.Scheme()).WithStatusSubresource(&imv1alpha1.IMGroup{}).Build()
	return notesOn(t, objects, rules)
}

func notesOn(t *testing.T, objects client.Client, rules string) *notes {
	t.Helper()
	receivers, err := notifier.Parse([]byte(rules))
	must(t, err)
	n := &notes{t: t, objects: objects, receiver: receivers[0], hook: &hook{t: t, kind: receivers[0].Kind}}
	n.start()
	return n
}

// start starts the Notifier, which knows only what the IMGroups tell.
func (n *notes) start() {
	n.notifier = &notifier.Notifier{Client: n.objects, Receiver: n.receiver, Robot: n.hook.robot(), MaxAge: 24 * time.Hour}
}

// write makes or changes an IMGroup as the operator does.
func (n *notes) write(app, group string, change func(*imv1alpha1.IMGroupStatus)) {
	n.t.Helper()
	g := &imv1alpha1.IMGroup{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: fmt.Sprintf("%s-%x", app, group)},
		Spec: imv1alpha1.IMGroupSpec{AppRef: imv1alpha1.AppReference{Name: app}, GroupID: group}}
	if err := n.objects.Create(n.t.Context(), g); !apierrors.IsAlreadyExists(err) {
		must(n.t, err)
	}
	must(n.t, n.objects.Get(n.t.Context(), client.ObjectKeyFromObject(g), g))
	if g.Status.FieldTimes == nil {
		g.Status.FieldTimes, g.Status.CustomFields = map[string]imv1alpha1.EventTime{}, map[string]string{}
	}
	change(&g.Status)
	must(n.t, n.objects.Status().Update(n.t.Context(), g))
}

// set changes a field now, as a callback tells it.
func (n *notes) set(app, group, field, value string) {
	n.t.Helper()
	n.write(app, group, func(s *imv1alpha1.IMGroupStatus) { learn(s, imv1alpha1.SourceCallback, time.Now(), field, value) })
}

// learn puts values of fields into a status; a clock has none.
func learn(s *imv1alpha1.IMGroupStatus, source imv1alpha1.Source, at time.Time, values ...string) {
	s.LastChange = &imv1alpha1.LastChange{EventTime: metav1.NewMicroTime(at), Operator: "leckie", Source: source}
	for i := 0; i < len(values); i += 2 {
		field, value := values[i], values[i+1]
		s.FieldTimes[field] = imv1alpha1.EventTime{MicroTime: metav1.NewMicroTime(at)}
		if key, is := strings.CutPrefix(field, "custom/"); is {
			s.CustomFields[key] = value
		}
		switch field {
		case "name":
			s.Name = &value
		case "introduction":
			s.Introduction = &value
		case "notification":
			s.Notification = &value
		case "faceURL":
			s.FaceURL = &value
		case "owner":
			s.Owner = &value
		case "type":
			s.Type = &value
		case "destroyed":
			s.DestroyedTime = new(metav1.NewMicroTime(at))
		}
	}
}

// settle looks at every IMGroup, as a start does, and returns what failed.
func (n *notes) settle() (failed error) {
	n.t.Helper()
	var all imv1alpha1.IMGroupList
	must(n.t, n.objects.List(n.t.Context(), &all))
	for _, g := range all.Items {
		_, err := n.notifier.Reconcile(n.t.Context(), ctrl.Request{NamespacedName: client.ObjectKeyFromObject(&g)})
		failed = errors.Join(failed, err)
	}
	return failed
}

// told are the texts that the hook took since the last call, without the first and the last line: the fields and their
// values.
func (n *notes) told() (texts []string) {
	n.hook.mu.Lock()
	defer n.hook.mu.Unlock()
	for _, m := range n.hook.message {
		lines := strings.Split(m, "\n")
		texts = append(texts, strings.Join(lines[1:len(lines)-1], "; "))
	}
	n.hook.message = nil
	return texts
}

// tells sees that settling works and that exactly these messages are told.
func (n *notes) tells(why string, texts ...string) {
	n.t.Helper()
	must(n.t, n.settle())
	if err := differs(texts, n.told()); err != nil {
		n.t.Errorf("%s: %v", why, err)
	}
}

// kindOf is a receiver of a kind, that is told everything.
func kindOf(kind robot.Kind) string { return fmt.Sprintf("receivers: [{name: ops, kind: %s}]", kind) }
