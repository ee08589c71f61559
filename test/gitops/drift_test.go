// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package gitops

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
	"github.com/imgroup-operator/imgroup-operator/test/harness"
)

// inGit is what a repository declares: defaults left out, labels and annotations of its own, one IMGroup with the name
// that the operator would give it.
func inGit(rest string) string {
	return appYAML("chat", rest) + "---\n" + groupYAML("announcements", "chat", "declared") + "---\n" + groupYAML(nameOf("chat", "ops"), "chat", "ops")
}

// tools apply what is in Git.
var tools = []struct {
	name    string
	manager string // of the fields that Git owns
	apply   []string
	ways    []string // in which Argo CD then compares
}{
	{"applied by Argo CD at the server", "argocd-controller", []string{"--server-side", "--field-manager=argocd-controller"},
		[]string{"structured-merge", "server-side"}},
	{"applied by Flux", "kustomize-controller", []string{"--server-side", "--force-conflicts", "--field-manager=kustomize-controller"}, nil},
	{"applied by kubectl or Argo CD with last-applied-configuration", "kubectl-client-side-apply", nil, []string{"three-way"}},
}

func TestGitSeesNoDrift(t *testing.T) {
	t.Parallel()
	for _, tool := range tools {
		t.Run(tool.name, func(t *testing.T) {
			t.Parallel()
			ns := newNamespace(t)
			cloud, url := newCloud(t)
			_, err := cloud.Create(fakeim.Group{ID: "ops", Name: "運用", Owner: "leckie"}, fakeim.Somebody)
			must(t, err)
			manifest := inGit(restYAML(t, ns, url))
			newSecret(t, ns, "chat", map[string]string{"token": token})
			o := startOperator(t, ns, "--rest-allowed-hosts="+url)
			args := append([]string{"apply", "-f", "-"}, tool.apply...)
			kubectl(t, ns, manifest, args...)
			before := ownedBy(t, ns, manifest, tool.manager)
			work(t, o)
			checkNoDrift(t, ns, manifest, args)
			if diff := cmp.Diff(before, ownedBy(t, ns, manifest, tool.manager)); diff != "" {
				t.Errorf("what %s owns (-before +after):\n%s", tool.manager, diff)
			}
			checkArgo(t, ns, manifest, tool.ways)
		})
	}
}

// work has the operator do all that it does with objects of Git: fill, fetch, ask for a resync itself, destroy.
func work(t *testing.T, o *operator) {
	t.Helper()
	ns := o.namespace
	wait := func(what string, args ...string) {
		kubectl(t, ns, "", append([]string{"wait", what, "--timeout=60s"}, args...)...)
	}
	wait("imapp/chat", "--for=condition=Ready")
	o.send("chat", everyText("declared", 1000, "お知らせ"))
	o.send("chat", everyText("ops", 1000, "運用"))
	wait("imgroup/announcements", "--for=condition=Synced")
	wait("imgroup/"+nameOf("chat", "ops"), "--for=condition=Synced")
	suspend := func(value string) {
		kubectl(t, ns, "", "patch", "imapp", "chat", "--type=merge", "--field-manager=somebody", `--patch={"spec":{"suspend":`+value+`}}`)
	}
	suspend("true")
	wait("imapp/chat", "--for=jsonpath={.status.conditions[?(@.type=='Ready')].reason}=Suspended")
	suspend("null") // the operator now asks for a resync, with an annotation
	wait("imapp/chat", "--for=jsonpath={.metadata.annotations.im\\.imgroup\\.dev/resync-requested-at}")
	wait("imapp/chat", "--for=condition=Resynced")
	kubectl(t, ns, "", "annotate", "imgroup", "announcements", "im.imgroup.dev/resync-requested-at="+time.Now().Format(time.RFC3339))
	o.send("chat", fakeim.Destroyed("declared", time.Now().UnixMilli(), "leckie", "x"))
	wait("imgroup/announcements", "--for=condition=Destroyed")
}

// checkNoDrift applies Git's manifest once more, without effect, and sees what it would change.
func checkNoDrift(t *testing.T, namespace, manifest string, apply []string) {
	t.Helper()
	for _, o := range objects(t, manifest) {
		was := live(t, namespace, o.GetKind(), o.GetName())
		text, err := o.MarshalJSON()
		must(t, err)
		out := kubectl(t, namespace, string(text), append(apply, "--dry-run=server", "-o", "json", "--show-managed-fields")...)
		then := &unstructured.Unstructured{}
		must(t, then.UnmarshalJSON([]byte(out)))
		for _, o := range []*unstructured.Unstructured{was, then} {
			o.SetManagedFields(nil)
		}
		if diff := cmp.Diff(was.Object, then.Object); diff != "" {
			t.Errorf("%s %s would change (-live +dry run):\n%s", o.GetKind(), o.GetName(), diff)
		}
	}
}

// ownedBy lists what a manager owns of the objects, and since when.
func ownedBy(t *testing.T, namespace, manifest, manager string) map[string][]metav1.ManagedFieldsEntry {
	t.Helper()
	owned := map[string][]metav1.ManagedFieldsEntry{}
	for _, o := range objects(t, manifest) {
		for _, entry := range live(t, namespace, o.GetKind(), o.GetName()).GetManagedFields() {
			if entry.Manager == manager {
				owned[o.GetName()] = append(owned[o.GetName()], entry)
			}
		}
		if len(owned[o.GetName()]) != 1 {
			t.Errorf("%s owns %d sets of fields of %s", manager, len(owned[o.GetName()]), o.GetName())
		}
	}
	return owned
}

// checkArgo has Argo CD compare, and looks at the metadata that is not Git's.
func checkArgo(t *testing.T, namespace, manifest string, ways []string) {
	t.Helper()
	for _, o := range objects(t, manifest) {
		is := live(t, namespace, o.GetKind(), o.GetName())
		o.SetNamespace(namespace)
		for _, way := range ways {
			a, err := world.argo.difference(o, is, way)
			must(t, err)
			if a.Differs {
				t.Errorf("Argo CD finds %s out of sync (%s):\n%s", o.GetName(), way, cmp.Diff(a.Live, a.Predicted))
			}
		}
		annotations := is.GetAnnotations()
		delete(annotations, imv1alpha1.AnnotationResyncRequestedAt)
		delete(annotations, "kubectl.kubernetes.io/last-applied-configuration")
		if len(is.GetLabels())+len(annotations)+len(is.GetOwnerReferences())+len(is.GetFinalizers()) > 0 {
			t.Errorf("the operator added metadata to %s: %v", o.GetName(), is.Object["metadata"])
		}
	}
}

func objects(t *testing.T, manifest string) []*unstructured.Unstructured {
	t.Helper()
	all, err := harness.ParseManifest([]byte(manifest))
	must(t, err)
	return all
}
