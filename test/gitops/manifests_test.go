// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package gitops

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/imgroup-operator/imgroup-operator/test/harness"
)

// document matches the files that the readers of a document write.
var document = regexp.MustCompile("(?s)```yaml\n# ([a-z/_-]+\\.yaml)\n(.*?)```")

// What the API server adds to the manifests by itself is no difference to Git: config/default, each component on top of it,
// and all that docs/install.md and docs/mirror.md have their readers write are in sync once they are applied.
func TestTheManifestsAreInSyncOnceTheyAreApplied(t *testing.T) {
	t.Parallel()
	texts, c := manifests(t), newCluster(t)
	for _, namespace := range []string{"imgroup-system", "chat", "shop"} {
		c.kubectl("", "create", "namespace", namespace)
	}
	for _, tool := range tools {
		if len(tool.ways) == 0 {
			continue
		}
		applied := map[string]bool{}
		for _, text := range texts {
			c.checkInSync(onlyNew(t, applied, text), tool.apply, tool.ways)
		}
		if len(applied) < 40 {
			t.Errorf("%s: only %d objects", tool.name, len(applied))
		}
	}
}

// manifests are the texts that users apply.
func manifests(t *testing.T) (texts []string) {
	t.Helper()
	tree := t.TempDir()
	must(t, os.CopyFS(filepath.Join(tree, "config"), os.DirFS(root+"/config")))
	overlays := []string{"config/default"}
	for _, m := range document.FindAllStringSubmatch(readDoc(t, "install.md")+readDoc(t, "mirror.md"), -1) {
		config, err := filepath.Rel(filepath.Dir(m[1]), "config") // in place of URLs, as for a checkout
		must(t, err)
		writeTo(t, filepath.Join(tree, m[1]), harness.Published.ReplaceAllString(m[2], config+"/$1"))
		switch {
		case filepath.Base(m[1]) != "kustomization.yaml":
			texts = append(texts, m[2])
		case strings.Count(m[1], "/") == 1:
			overlays = append(overlays, filepath.Dir(m[1]))
		}
	}
	components, err := os.ReadDir(root + "/config/components")
	must(t, err)
	for _, c := range components {
		writeTo(t, filepath.Join(tree, "with-"+c.Name(), "kustomization.yaml"),
			"resources: [../config/default]\ncomponents: [../config/components/"+c.Name()+"]\n")
		overlays = append(overlays, "with-"+c.Name())
	}
	for _, overlay := range overlays {
		texts = append(texts, kubectl(t, "default", "", "kustomize", filepath.Join(tree, overlay)))
	}
	return texts
}

func readDoc(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(root, "docs", name))
	must(t, err)
	return string(text)
}

func writeTo(t *testing.T, file, text string) {
	t.Helper()
	must(t, os.MkdirAll(filepath.Dir(file), 0o700))
	must(t, os.WriteFile(file, []byte(text), 0o600))
}

// onlyNew are the objects of a text that were not applied exactly so before.
func onlyNew(t *testing.T, applied map[string]bool, text string) []*unstructured.Unstructured {
	t.Helper()
	return slices.DeleteFunc(objects(t, text), func(o *unstructured.Unstructured) bool {
		was := applied[asJSON(t, o)]
		applied[asJSON(t, o)] = true
		return was
	})
}

func asJSON(t *testing.T, o *unstructured.Unstructured) string {
	t.Helper()
	text, err := o.MarshalJSON()
	must(t, err)
	return string(text)
}

// checkInSync applies objects in place of those of the same names, and has Argo CD compare.
func (c *cluster) checkInSync(all []*unstructured.Unstructured, apply, ways []string) {
	c.t.Helper()
	var text string
	for _, o := range all {
		text += "---\n" + asJSON(c.t, o)
		if o.GetKind() != "Namespace" && o.GetKind() != "CustomResourceDefinition" { // other objects need those
			must(c.t, client.IgnoreNotFound(c.admin.Delete(c.t.Context(), o.DeepCopy())))
		}
	}
	if len(all) > 0 {
		c.kubectl(text, append([]string{"apply", "-f", "-"}, apply...)...)
	}
	for _, o := range all {
		c.addToken(o)
		for _, way := range ways {
			a, err := c.argo.difference(o, c.live(o), way)
			must(c.t, err)
			if a.Differs {
				c.t.Errorf("Argo CD finds %s %s out of sync (%s):\n%s", o.GetKind(), o.GetName(), way, cmp.Diff(a.Live, a.Predicted))
			}
		}
	}
}

// addToken does what a cluster's controller does to the Secret for a ServiceAccount's token.
func (c *cluster) addToken(o *unstructured.Unstructured) {
	c.t.Helper()
	if o.GetKind() == "Secret" {
		c.kubectl("", "-n", o.GetNamespace(), "patch", "secret", o.GetName(), "--type=merge", "--field-manager=kube-controller-manager",
			`--patch={"metadata":{"annotations":{"kubernetes.io/service-account.uid":"u"}},"data":{"token":"dG9rZW4=","ca.crt":"Y2E=","namespace":"bnM="}}`)
	}
}
