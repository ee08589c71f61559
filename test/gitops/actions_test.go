// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package gitops

import (
	"fmt"
	"slices"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

func TestTheActionsOfArgoCDDoWhatTheySay(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	cloud, url := newCloud(t)
	_, err := cloud.Create(fakeim.Group{ID: "ops", Name: "運用", Owner: "leckie"}, fakeim.Somebody)
	must(t, err)
	startOperator(t, ns, "--rest-allowed-hosts="+url)
	newApp(t, ns, "chat", restYAML(t, ns, url))

	offers(t, ns, "IMApp", "chat", "resync", "suspend")
	click(t, ns, "IMApp", "chat", "suspend")
	kubectl(t, ns, "", "wait", "imapp/chat", "--for=jsonpath={.status.conditions[?(@.type=='Ready')].reason}=Suspended", "--timeout=60s")
	offers(t, ns, "IMApp", "chat", "resume")
	click(t, ns, "IMApp", "chat", "resume")
	kubectl(t, ns, "", "wait", "imapp/chat", "--for=jsonpath={.status.conditions[?(@.type=='Ready')].reason}=Ready", "--timeout=60s")
	offers(t, ns, "IMApp", "chat", "resync", "suspend")
	click(t, ns, "IMApp", "chat", "resync")
	awaitHandled(t, ns)

	name := nameOf("chat", "ops")
	awaitGroup(t, ns, name, "condition=Synced")
	offers(t, ns, "IMGroup", name, "resync")
	must(t, cloud.Change("ops", fakeim.Change{Notification: new("Back at 10")}, fakeim.Somebody)) // no callback tells of it
	click(t, ns, "IMGroup", name, "resync")
	kubectl(t, ns, "", "wait", "imgroup", name, "--for=jsonpath={.status.notification}=Back at 10", "--timeout=60s")
}

func TestArgoCDOffersNoResyncWithoutREST(t *testing.T) {
	t.Parallel()
	app := objects(t, appYAML("chat", ""))[0]
	got, err := world.argo.actions(app)
	must(t, err)
	if !slices.Equal(got, []string{"suspend"}) {
		t.Errorf("Argo CD offers %v", got)
	}
}

func offers(t *testing.T, ns, kind, name string, want ...string) {
	t.Helper()
	got, err := world.argo.actions(live(t, ns, kind, name))
	must(t, err)
	if !slices.Equal(got, want) {
		t.Errorf("Argo CD offers %v for the %s, want %v", got, kind, want)
	}
}

// click does one action, and writes what Argo CD would.
func click(t *testing.T, ns, kind, name, action string) {
	t.Helper()
	before := live(t, ns, kind, name)
	answer, err := world.argo.ask(map[string]any{"live": before.Object, "action": action})
	must(t, err)
	if answer.Result == nil {
		t.Fatalf("Argo CD does not offer %s, but %v", action, answer.Actions)
	}
	must(t, world.admin.Patch(t.Context(), &unstructured.Unstructured{Object: answer.Result}, client.MergeFrom(before)))
}

// awaitHandled waits until the resync that was asked for is done.
func awaitHandled(t *testing.T, ns string) {
	t.Helper()
	eventually(t, "the resync is done", func() error {
		app := &imv1alpha1.IMApp{}
		if err := world.admin.Get(t.Context(), client.ObjectKey{Namespace: ns, Name: "chat"}, app); err != nil {
			return err
		}
		request := app.Annotations[imv1alpha1.AnnotationResyncRequestedAt]
		if s := app.Status.Resync; request == "" || s == nil || s.LastHandledRequest != request || s.CompletionTime == nil {
			return fmt.Errorf("%q is asked for, status.resync is %+v", request, s)
		}
		return nil
	})
}
