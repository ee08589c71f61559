// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package install

import (
	"path/filepath"
	"slices"
	"testing"

	"github.com/imgroup-operator/imgroup-operator/test/harness"
)

// Who has no checkout gets the same: config/default, each component on top of it, and the documents' overlays by the URLs in them.
func TestURLsAreAsGoodAsACheckout(t *testing.T) {
	version := harness.Published.FindStringSubmatch(page(t, "install.md"))[2]
	address := func(folder string) string {
		return "https://github.com/imgroup-operator/imgroup-operator//config/" + folder + "?ref=" + version
	}
	must(t, differs(build(t, "config/default"), buildFrom(t, address("default"))))
	for _, component := range slices.Concat(singles(t)...) {
		write(t, filepath.Join(world.tree, "url-"+component, "kustomization.yaml"),
			"resources: [\""+address("default")+"\"]\ncomponents: [\""+address("components/"+component)+"\"]\n")
		if err := differs(build(t, overlay(t, []string{component})), build(t, "url-"+component)); err != nil {
			t.Errorf("%s: %v", component, err)
		}
	}
	byPath := writeDocument(t)
	byURL := writeParts(t, "url", func(_, content string) string { return content })
	for i, overlay := range byURL {
		if err := differs(build(t, byPath[i].dir), build(t, filepath.Join("url", overlay.dir))); err != nil {
			t.Errorf("%s: %v", overlay.dir, err)
		}
	}
}
