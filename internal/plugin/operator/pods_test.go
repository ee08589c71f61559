// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package operator

import "testing"

func TestTag(t *testing.T) {
	for image, want := range map[string]string{
		"imgroup-operator:v0.1.0": "v0.1.0", "registry.example.com:5000/a/imgroup-operator:v0.1.0@sha256:00": "v0.1.0",
		"registry.example.com:5000/a/imgroup-operator": "", "imgroup-operator@sha256:00": "",
	} {
		if got := tag(image); got != want {
			t.Errorf("%s: %q, want %q", image, got, want)
		}
	}
}

func TestSkew(t *testing.T) {
	for _, plugin := range []string{"v0.1.0", "v0.0.0-20261127074226-d5ef2a202afc+dirty", "v0.1.1-0.20261127074226-d5ef2a202afc", "v0.1.0+dirty", "(devel)"} {
		if got := Skew([]Pod{{Version: "v0.1.0"}, {}}, plugin); got != "" {
			t.Errorf("%s, the same or built from a commit: %q", plugin, got)
		}
	}
	for _, plugin := range []string{"v0.1.0", "0.1.0-dev", "v0.3.0-rc.1"} {
		if got := Skew([]Pod{{Version: plugin}, {Version: "v0.2.0"}}, plugin); got != "the operator's version is v0.2.0, the plugin's "+plugin {
			t.Errorf("another one: %q", got)
		}
	}
}
