// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package install

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/imgroup-operator/imgroup-operator/test/harness"
)

// part is a YAML block of a document whose first line is a comment with the name of a file, or a namespace that its
// readers make.
var part = regexp.MustCompile("(?s)```yaml\n# ([a-z/_-]+\\.yaml)\n(.*?)```|kubectl create namespace ([a-z-]+)")

// written is an overlay of docs/install.md or docs/mirror.md, as its readers write it.
type written struct {
	dir        string
	namespaces []string // that they have made before
}

// writeDocument writes all overlays of the two beside the copy of config, as for a checkout: with paths in place of URLs.
func writeDocument(t *testing.T) (overlays []written) {
	t.Helper()
	return writeParts(t, ".", func(file, content string) string {
		config, err := filepath.Rel(filepath.Dir(file), "config")
		must(t, err)
		return harness.Published.ReplaceAllString(content, config+"/$1")
	})
}

// writeParts writes them below a folder of the tree, each as change returns it.
func writeParts(t *testing.T, dir string, change func(file, content string) string) (overlays []written) {
	t.Helper()
	var namespaces []string
	files := map[string]bool{}
	for _, m := range part.FindAllStringSubmatch(page(t, "install.md")+page(t, "mirror.md"), -1) {
		file, content, namespace := m[1], m[2], m[3]
		if namespace != "" {
			namespaces = append(namespaces, namespace)
			continue
		}
		if files[file] {
			t.Fatalf("the document has two of %s", file)
		}
		files[file] = true
		write(t, filepath.Join(world.tree, dir, file), change(file, content))
		if strings.Count(file, "/") == 1 && filepath.Base(file) == "kustomization.yaml" {
			overlays = append(overlays, written{filepath.Dir(file), slices.Clone(namespaces)})
		}
	}
	if len(overlays) < 8 {
		t.Errorf("only the overlays %v", overlays)
	}
	return overlays
}

// page is a document.
func page(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(root + "/docs/" + name)
	must(t, err)
	return string(text)
}

// read returns the kustomization that components are added to.
func (w written) read(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(world.tree, w.dir, w.main(t), "kustomization.yaml"))
	must(t, err)
	return string(text)
}

// main is the folder of that kustomization: where the overlay is one of several installations, the document says operator.
func (w written) main(t *testing.T) string {
	t.Helper()
	if _, err := os.Stat(filepath.Join(world.tree, w.dir, "operator")); err == nil {
		return "operator"
	}
	return "."
}

// with copies the overlay, adds a component, and returns the copy's name.
func (w written) with(t *testing.T, component string) string {
	t.Helper()
	dir, err := os.MkdirTemp(world.tree, w.dir+"-")
	must(t, err)
	must(t, os.CopyFS(dir, os.DirFS(filepath.Join(world.tree, w.dir))))
	to, line := filepath.Join(dir, w.main(t)), "components:\n"
	config, err := filepath.Rel(to, filepath.Join(world.tree, "config"))
	must(t, err)
	before, after, _ := strings.Cut(w.read(t), line)
	write(t, filepath.Join(to, "kustomization.yaml"), before+line+"- "+config+"/components/"+component+"\n"+after)
	return filepath.Base(dir)
}
