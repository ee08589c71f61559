// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"debug/buildinfo"
	"debug/elf"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"
)

var machines = map[string]elf.Machine{"amd64": elf.EM_X86_64, "arm64": elf.EM_AARCH64}

// checkProgram: static, for the machine, from modules alone, stamped, and without a path of the machine that built it.
func checkProgram(t *testing.T, program []byte, arch string) {
	t.Helper()
	file, err := elf.NewFile(bytes.NewReader(program))
	must(t, err)
	if file.Machine != machines[arch] {
		t.Errorf("the program is for %s", file.Machine)
	}
	for _, p := range file.Progs {
		if p.Type == elf.PT_INTERP || p.Type == elf.PT_DYNAMIC {
			t.Errorf("the program is not static: it has %s", p.Type)
		}
	}
	info, err := buildinfo.Read(bytes.NewReader(program))
	must(t, err)
	want := map[string]string{"CGO_ENABLED": "0", "GOOS": "linux", "GOARCH": arch, "-trimpath": "true"}
	for _, setting := range info.Settings {
		if value, checked := want[setting.Key]; checked && value == setting.Value {
			delete(want, setting.Key)
		}
	}
	if len(want) > 0 {
		t.Errorf("the program was not built with %v: %v", want, info.Settings)
	}
	if !bytes.Contains(program, []byte(testVersion)) {
		t.Error("the program does not know its version")
	}
	checkOrigin(t, program, info)
}

func checkOrigin(t *testing.T, program []byte, info *debug.BuildInfo) {
	t.Helper()
	home, err := os.UserHomeDir()
	must(t, err)
	for _, path := range []string{filepath.Join(home, "go"), os.TempDir() + "/imgroup-image-"} {
		if bytes.Contains(program, []byte(path)) {
			t.Errorf("the program has the path %s of the machine that built it", path)
		}
	}
	for _, module := range info.Deps {
		if module.Replace != nil || strings.HasSuffix(module.Version, "-dirty") {
			t.Errorf("module %s %s is not as published", module.Path, module.Version)
		}
	}
}
