// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package install

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/imgroup-operator/imgroup-operator/test/harness"
)

// manifest is a YAML block of a document whose first line is a comment with the name of a file.
var manifest = regexp.MustCompile("(?s)```yaml\n# ([a-z/-]+\\.yaml)\n(.*?)```")

// The overlays of docs/install.md, as their readers write them: each is built and accepted.
func TestTheOverlaysOfTheDocumentAreAccepted(t *testing.T) {
	text, err := os.ReadFile(root + "/docs/install.md")
	must(t, err)
	a := newApplier(t)
	top := []string{}
	for _, m := range manifest.FindAllStringSubmatch(string(text), -1) {
		file, content := m[1], m[2]
		if _, err := os.Stat(filepath.Join(world.tree, file)); err == nil {
			t.Fatalf("the document has two of %s", file)
		}
		write(t, filepath.Join(world.tree, file), content)
		if strings.Count(file, "/") == 1 && strings.HasSuffix(file, "/kustomization.yaml") {
			top = append(top, filepath.Dir(file))
		}
	}
	if len(top) < 5 {
		t.Errorf("only the overlays %v", top)
	}
	for _, dir := range top {
		t.Run(dir, func(t *testing.T) { a.accepts(t, build(t, dir)) })
	}
}

// An overlay may put everything into another namespace.
func TestAnotherNamespace(t *testing.T) {
	write(t, filepath.Join(world.tree, "elsewhere", "kustomization.yaml"), "namespace: elsewhere\nresources: [../config/default]\n"+
		"components: [../config/components/prometheus, ../config/components/grafana, ../config/components/ingress]\n")
	b := build(t, "elsewhere")
	if left := strings.Join(strings.Fields(sprint(b)), " "); strings.Contains(left, harness.SystemNamespace) {
		t.Errorf("something is still in %s", harness.SystemNamespace)
	}
	checkBindings(t, b)
	newApplier(t).accepts(t, b)
}
