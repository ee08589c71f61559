// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package install

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/client-go/discovery"
	"k8s.io/client-go/restmapper"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// An apply leaves what an overlay does not have any more. The document's commands delete all of that and nothing else.
func TestWhatAnOverlayLeavesIsDeletedAsDocumented(t *testing.T) {
	writeDocument(t)
	haveNamespace(t, "chat")
	full, chat, small := "config/default", "deploy-chat", overlay(t, []string{"single-replica"})
	for _, tt := range []struct{ change, before, after string }{
		{"The component namespaced was added.", full, chat},
		{"The component single-replica was added.", full, small},
		{"The namespace chat is not served any more.", chat, full},
	} {
		t.Run(tt.change, func(t *testing.T) {
			a, before, after := newApplier(t), build(t, tt.before), build(t, tt.after)
			a.install(t, before)
			a.install(t, after)
			left := before.without(after)
			if len(left) == 0 || !exists(t, left[0]) {
				t.Fatalf("nothing is left: %v", left)
			}
			kubectlDelete(t, commandAfter(t, tt.change))
			for _, o := range left {
				if exists(t, o) {
					t.Errorf("%s %s is still there", o.GetKind(), o.GetName())
				}
			}
			for _, o := range after {
				if !exists(t, o) {
					t.Errorf("%s %s is gone", o.GetKind(), o.GetName())
				}
			}
		})
	}
}

// Who narrows an installation that is there has narrowed it only after the document's command.
func TestAnInstallationThatIsNarrowedReadsNoOtherSecret(t *testing.T) {
	writeDocument(t)
	haveNamespace(t, "chat")
	a, before, after := newApplier(t), build(t, "config/default"), build(t, "deploy-chat")
	who, rule := after.account(t), asked["get secrets"]
	a.install(t, before)
	awaitRight(t, who, "kube-system", rule, true)
	a.install(t, after)
	after.awaitRights(t)
	if !may(t, who, "kube-system", rule) {
		t.Error("the command is not needed any more")
	}
	command := commandAfter(t, "The component namespaced was added.")
	if !strings.Contains(page(t, "security.md"), command) {
		t.Errorf("docs/security.md does not have the command %s", command)
	}
	kubectlDelete(t, command)
	awaitRight(t, who, "kube-system", rule, false)
	awaitRight(t, who, "", rule, false)
	awaitRight(t, who, "chat", rule, true)
}

// without are the objects that another bundle does not have.
func (b bundle) without(other bundle) (left bundle) {
	for _, o := range b {
		if other.named(o.GetKind(), o.GetNamespace(), o.GetName()) == nil {
			left = append(left, o)
		}
	}
	return left
}

// commandAfter is the command of docs/install.md that comes after a comment.
func commandAfter(t *testing.T, comment string) string {
	t.Helper()
	m := regexp.MustCompile(`(?m)^# ` + regexp.QuoteMeta(comment) + `.*\n((?:.*\\\n)*.*)$`).FindStringSubmatch(page(t, "install.md"))
	if m == nil {
		t.Fatalf("the document does not say: %s", comment)
	}
	return m[1]
}

// kubectlDelete does what "kubectl [-n NAMESPACE] delete TYPE/NAME..." does.
func kubectlDelete(t *testing.T, command string) {
	t.Helper()
	words := strings.Fields(strings.ReplaceAll(command, "\\\n", " "))
	namespace := ""
	if len(words) > 3 && words[1] == "-n" {
		namespace = words[2]
		words = slices.Delete(words, 1, 3)
	}
	if len(words) < 3 || words[0] != "kubectl" || words[1] != "delete" {
		t.Fatalf("no command to delete something: %s", command)
	}
	for _, word := range words[2:] {
		kind, name, _ := strings.Cut(word, "/")
		o := &unstructured.Unstructured{}
		o.SetGroupVersionKind(kindOf(t, kind))
		o.SetNamespace(namespace)
		o.SetName(name)
		must(t, world.admin.Delete(t.Context(), o, client.PropagationPolicy("Background")))
	}
}

// kindOf is the kind that a word on kubectl's command line means.
func kindOf(t *testing.T, word string) schema.GroupVersionKind {
	t.Helper()
	d, err := discovery.NewDiscoveryClientForConfig(world.env.Config)
	must(t, err)
	groups, err := restmapper.GetAPIGroupResources(d)
	must(t, err)
	kind, err := restmapper.NewDiscoveryRESTMapper(groups).KindFor(schema.GroupVersionResource{Resource: word})
	must(t, err)
	return kind
}
