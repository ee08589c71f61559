// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// stable replaces what differs from run to run by something of the same width, so that columns stay where they are.
var stable = []struct {
	find *regexp.Regexp
	with string
}{
	{regexp.MustCompile(`20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z`), "2026-11-23T06:27:25.000000Z"},
	{regexp.MustCompile(`20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z`), "2026-11-23T06:27:25.000Z"},
	{regexp.MustCompile(`20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ`), "2026-11-23T06:27:25Z"},
	{regexp.MustCompile(`\d\d:\d\d:\d\d`), "06:27:25"},
	{regexp.MustCompile(`\bin \d+ ms`), "in 3 ms"},
	{regexp.MustCompile(`\bin \d+s\.`), "in 3s."},
	{regexp.MustCompile(`"milliseconds": \d+`), `"milliseconds": 3`},
	{regexp.MustCompile(`Watching \d+ IMGroups`), "Watching 7 IMGroups"},
	{regexp.MustCompile(`page of \d+ IMGroups`), "page of 7 IMGroups"},
	{regexp.MustCompile(`token=[A-Z2-7]{26}`), "token=AYS5RGUIVRQ6HFJ2WB7LKCM43X"},
	{regexp.MustCompile(`127\.0\.0\.1:\d+`), "127.0.0.1:8090"},
	{regexp.MustCompile(`6[5-9]m`), "65m"}, // where the test takes longer than a minute
	{regexp.MustCompile(`12[5-9]m`), "125m"},
	{regexp.MustCompile(`([34]h)[5-9]m`), "${1}5m"},
	{regexp.MustCompile(`go1\.\d+(\.\d+)?`), "go1.27"},
	{regexp.MustCompile(`(linux|darwin)/(amd64|arm64)`), "linux/amd64"},
}

// age is a number of seconds with the blanks that fill its column.
var age = regexp.MustCompile(`\d{1,2}s( ago| {2,})`)

func normal(s string) string {
	s = strings.NewReplacer("\r\n", "\n", "\x1b", "␛", "\r", "␍").Replace(s)
	for _, r := range stable {
		s = r.find.ReplaceAllString(s, r.with)
	}
	return age.ReplaceAllStringFunc(s, func(found string) string {
		if strings.HasSuffix(found, "ago") {
			return "3s ago"
		}
		return "3s" + strings.Repeat(" ", len(found)-len("3s"))
	})
}

// golden compares an output with the file that holds it, below the command line that makes it.
func golden(t *testing.T, name string, p *process, got string) {
	t.Helper()
	file := filepath.Join("testdata", name+".golden")
	got = normal("$ kubectl imgroup " + commandLine(p.cmd.Args[1:]) + "\n" + got)
	if *update {
		must(t, os.WriteFile(file, []byte(got), 0o600))
		return
	}
	want, err := os.ReadFile(file)
	must(t, err)
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

// commandLine is what one types in a shell.
func commandLine(args []string) string {
	words := make([]string, len(args))
	for i, arg := range args {
		if words[i] = arg; arg == "" || strings.ContainsAny(arg, " |$&;<>()*?'\"\\") {
			words[i] = "'" + strings.ReplaceAll(arg, "'", `'\''`) + "'"
		}
	}
	return strings.Join(words, " ")
}

// look runs a command in all views and compares what it prints.
func look(t *testing.T, name string, code int, args ...string) {
	t.Helper()
	for _, v := range views {
		t.Run(v.name, func(t *testing.T) {
			if !slices.Contains(args, "--wait") { // what is waited for must not come from the neighbour
				t.Parallel()
			}
			p := run(t, v, code, args...)
			golden(t, name+"-"+v.name, p, p.out.String()+p.err.String())
		})
	}
}
