// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"
)

// check looks at what was made, as those who download it do.
func (r release) check() error {
	return errors.Join(r.checkSums(), r.checkInstaller(), r.checkKrew(), r.checkProgram())
}

// checkSums compares every file with its hash.
func (r release) checkSums() error {
	text, err := os.ReadFile(filepath.Join(r.out, sumsFile))
	if err != nil {
		return err
	}
	files, err := os.ReadDir(r.out)
	if err != nil {
		return err
	}
	known := 1 // the list itself
	for lines := bufio.NewScanner(bytes.NewReader(text)); lines.Scan(); known++ {
		want, name, _ := strings.Cut(lines.Text(), "  ")
		sum, err := r.sum(name)
		if err != nil {
			return err
		}
		if sum != want {
			return fmt.Errorf("%s is not what %s has", name, sumsFile)
		}
	}
	if known != len(files) {
		return fmt.Errorf("there are %d files, and %s knows %d", len(files), sumsFile, known)
	}
	return nil
}

// checkInstaller sees that the release's image is the only one.
func (r release) checkInstaller() error {
	text, err := os.ReadFile(filepath.Join(r.out, "install.yaml"))
	if err != nil {
		return err
	}
	var images []string
	for _, m := range regexp.MustCompile(`(?m)^ *(?:- )?image: (.*)$`).FindAllStringSubmatch(string(text), -1) {
		images = append(images, m[1])
	}
	if want := []string{image + ":" + r.version}; !slices.Equal(images, want) {
		return fmt.Errorf("install.yaml has the images %q, want %q", images, want)
	}
	return nil
}

// plugin is what krew reads.
type plugin struct {
	APIVersion, Kind string
	Metadata         struct{ Name string }
	Spec             struct {
		Version, Homepage, ShortDescription, Description string

		Platforms []struct {
			Selector         struct{ MatchLabels map[string]string }
			URI, SHA256, Bin string
			Files            []struct{ From, To string }
		}
	}
}

// checkKrew sees that the manifest is one that krew takes, and leads to the archives that are there.
func (r release) checkKrew() error {
	text, err := os.ReadFile(filepath.Join(r.out, krewFile))
	if err != nil {
		return err
	}
	var p plugin
	if err := yaml.UnmarshalStrict(text, &p); err != nil {
		return err
	}
	if p.APIVersion != "krew.googlecontainertools.github.com/v1alpha2" || p.Kind != "Plugin" || p.Metadata.Name != "imgroup" ||
		p.Spec.Version != r.version || p.Spec.ShortDescription == "" || len(p.Spec.ShortDescription) > 50 || len(p.Spec.Platforms) != len(r.platforms) {
		return fmt.Errorf("%s is %+v", krewFile, p)
	}
	for i, want := range r.platforms {
		got := p.Spec.Platforms[i]
		sum, err := r.sum(filepath.Base(got.URI))
		if err != nil {
			return err
		}
		if sum != got.SHA256 || got.URI != repository+"/releases/download/"+r.version+"/"+r.archive(want) || got.Bin != want.program() ||
			got.Selector.MatchLabels["os"] != want.os || got.Selector.MatchLabels["arch"] != want.arch {
			return fmt.Errorf("%s has %+v for %v", krewFile, got, want)
		}
	}
	return nil
}

// checkProgram unpacks the archive for this machine and asks the plugin for its version.
func (r release) checkProgram() error {
	dir, err := os.MkdirTemp("", "imgroup-release-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	p := platform{runtime.GOOS, runtime.GOARCH}
	names, err := unpack(filepath.Join(r.out, r.archive(p)), dir)
	if err != nil {
		return err
	}
	if want := []string{p.program(), "LICENSE"}; !slices.Equal(names, want) {
		return fmt.Errorf("the archive has %q, want %q", names, want)
	}
	said, err := exec.Command(filepath.Join(dir, p.program()), "version").CombinedOutput()
	if err == nil && !slices.Contains(strings.Fields(string(said)), r.version) {
		err = errors.New("another version is wanted")
	}
	if err != nil {
		return fmt.Errorf("version says %q: %w", said, err)
	}
	return nil
}
