// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// krewFile is what a release's plugin is installed by: kubectl krew install --manifest-url=...
const krewFile = "imgroup.yaml"

// sumsFile has the hash of every other file, in the format of sha256sum.
const sumsFile = "checksums.txt"

// files makes everything that users download.
func (r release) files() error {
	if err := os.RemoveAll(r.out); err != nil {
		return err
	}
	if err := os.MkdirAll(r.out, 0o755); err != nil {
		return err
	}
	for _, step := range []func() error{r.manifests, r.schemas, r.archives, r.extras, r.krew, r.sums, r.notes} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

// manifests are dist/install.yaml, and the CRDs alone, which an upgrade by hand applies first.
func (r release) manifests() error {
	installer, err := os.ReadFile(filepath.Join(r.top, "dist", "install.yaml"))
	if err != nil {
		return err
	}
	crds, err := r.crds()
	if err != nil {
		return err
	}
	return errors.Join(r.write("install.yaml", installer), r.write("crds.yaml", bytes.Join(crds, nil)))
}

// extras are files that make sbom and make licenses have left in bin, if they have.
func (r release) extras() error {
	sbom, err := os.ReadFile(filepath.Join(r.top, "bin", "sbom.json"))
	if os.IsNotExist(err) {
		return nil
	}
	if err != nil {
		return err
	}
	licenses, err := entriesOf(filepath.Join(r.top, "bin", "licenses"))
	if err != nil {
		return err
	}
	packed, err := tarGz(licenses)
	if err != nil {
		return err
	}
	return errors.Join(r.write("sbom.json", sbom), r.write("licenses.tar.gz", packed))
}

// sums writes the hashes of all files that are there.
func (r release) sums() error {
	entries, err := os.ReadDir(r.out)
	if err != nil {
		return err
	}
	var lines strings.Builder
	for _, e := range entries {
		sum, err := r.sum(e.Name())
		if err != nil {
			return err
		}
		fmt.Fprintf(&lines, "%s  %s\n", sum, e.Name())
	}
	return r.write(sumsFile, []byte(lines.String()))
}

// sum is a file's SHA-256, in hexadecimal digits.
func (r release) sum(name string) (string, error) {
	text, err := os.ReadFile(filepath.Join(r.out, name))
	return fmt.Sprintf("%x", sha256.Sum256(text)), err
}

func (r release) write(name string, content []byte) error {
	return os.WriteFile(filepath.Join(r.out, name), content, 0o644)
}
