// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
)

// platform is what a plugin is built for.
type platform struct{ os, arch string }

var everywhere = []platform{
	{"linux", "amd64"}, {"linux", "arm64"}, {"darwin", "amd64"}, {"darwin", "arm64"}, {"windows", "amd64"}, {"windows", "arm64"},
}

// program is the name by which kubectl finds the plugin.
func (p platform) program() string {
	if p.os == "windows" {
		return "kubectl-imgroup.exe"
	}
	return "kubectl-imgroup"
}

// archive is the name of the platform's archive.
func (r release) archive(p platform) string {
	name := "kubectl-imgroup_" + r.version + "_" + p.os + "_" + p.arch
	if p.os == "windows" {
		return name + ".zip"
	}
	return name + ".tar.gz"
}

// archives builds the plugin for each platform and packs it with the licence.
func (r release) archives() error {
	license, err := os.ReadFile(filepath.Join(r.source, "LICENSE"))
	if err != nil {
		return err
	}
	for _, p := range r.platforms {
		program, err := r.plugin(p)
		if err != nil {
			return err
		}
		pack := tarGz
		if p.os == "windows" {
			pack = zipped
		}
		packed, err := pack([]entry{{p.program(), 0o755, program}, {"LICENSE", 0o644, license}})
		if err != nil {
			return err
		}
		if err := r.write(r.archive(p), packed); err != nil {
			return err
		}
	}
	return nil
}

// plugin builds the plugin, from the sources alone: what git says of the tree stays out.
func (r release) plugin(p platform) ([]byte, error) {
	dir, err := os.MkdirTemp("", "imgroup-release-")
	if err != nil {
		return nil, err
	}
	defer os.RemoveAll(dir)
	program := filepath.Join(dir, p.program())
	build := exec.Command("go", "build", "-C", r.source, "-trimpath", "-buildvcs=false", "-ldflags=-s -w -X main.version="+r.version,
		"-o", program, "./cmd/kubectl-imgroup")
	build.Env = append(os.Environ(), "GOFLAGS=", "CGO_ENABLED=0", "GOOS="+p.os, "GOARCH="+p.arch)
	if said, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("building for %s/%s: %w\n%s", p.os, p.arch, err, said)
	}
	return os.ReadFile(program)
}
