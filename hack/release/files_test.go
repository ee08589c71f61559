// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestTheFilesOfARelease(t *testing.T) {
	r := prepared(t, testVersion)
	must(t, r.files())
	must(t, r.check())

	entries, err := os.ReadDir(r.out)
	must(t, err)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	want := []string{"checksums.txt", "crds.yaml", "imapp_v1alpha1.json", "imgroup.yaml", "imgroup_v1alpha1.json", "install.yaml", r.archive(r.platforms[0])}
	slices.Sort(want)
	if diff := cmp.Diff(want, names); diff != "" {
		t.Errorf("files (-want +got):\n%s", diff)
	}
	checkNotes(t, r)

	sums := r.read(t, "bin/release/checksums.txt")
	must(t, r.files())
	if diff := cmp.Diff(sums, r.read(t, "bin/release/checksums.txt")); diff != "" {
		t.Errorf("the same sources gave other files:\n%s", diff)
	}
	checkFaults(t, r)
}

func checkNotes(t *testing.T, r release) {
	t.Helper()
	notes := r.read(t, "bin/release-notes.md")
	for _, want := range []string{"What it means", "- Nothing.", "](" + repository + "/blob/v0.1.0/docs/install.md#ingress)", "(https://example.org/)"} {
		if !strings.Contains(notes, want) {
			t.Errorf("the notes lack %q", want)
		}
	}
	if strings.Contains(notes, "](docs") || strings.Contains(notes, "20") || strings.Contains(notes, "[0.") {
		t.Errorf("the notes have what belongs to the changelog:\n%s", notes)
	}
}

// checkFaults changes one file at a time; the check has to find it.
func checkFaults(t *testing.T, r release) {
	t.Helper()
	for name, fault := range map[string]struct{ file, old, new, want string }{
		"a file is damaged":     {"crds.yaml", "IMApp", "IMOpp", "crds.yaml is not what"},
		"another image":         {"install.yaml", image + ":v0.1.0", image + ":dev", "has the images"},
		"another hash for krew": {krewFile, "sha256: ", "sha256: 0", krewFile + " has"},
		"a file nobody expects": {"more", "", "more", "knows"},
	} {
		before, _ := os.ReadFile(filepath.Join(r.out, fault.file)) // the last one is not there
		must(t, r.write(fault.file, []byte(strings.Replace(string(before), fault.old, fault.new, 1))))
		if err := r.check(); err == nil || !strings.Contains(err.Error(), fault.want) {
			t.Errorf("%s: %v", name, err)
		}
		must(t, r.write(fault.file, before))
		if before == nil {
			must(t, os.Remove(filepath.Join(r.out, fault.file)))
		}
	}
	must(t, r.check())
}

func TestArchivesOfEveryPlatformHaveTheirNames(t *testing.T) {
	r := release{version: testVersion}
	var names []string
	for _, p := range everywhere {
		names = append(names, r.archive(p)+" "+p.program())
	}
	if diff := cmp.Diff([]string{
		"kubectl-imgroup_v0.1.0_linux_amd64.tar.gz kubectl-imgroup", "kubectl-imgroup_v0.1.0_linux_arm64.tar.gz kubectl-imgroup",
		"kubectl-imgroup_v0.1.0_darwin_amd64.tar.gz kubectl-imgroup", "kubectl-imgroup_v0.1.0_darwin_arm64.tar.gz kubectl-imgroup",
		"kubectl-imgroup_v0.1.0_windows_amd64.zip kubectl-imgroup.exe", "kubectl-imgroup_v0.1.0_windows_arm64.zip kubectl-imgroup.exe",
	}, names); diff != "" {
		t.Error(diff)
	}
	if _, err := zipped([]entry{{"kubectl-imgroup.exe", 0o755, []byte("MZ")}}); err != nil {
		t.Error(err)
	}
}
