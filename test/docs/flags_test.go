// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package docs

import (
	"bytes"
	"errors"
	"flag"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/imgroup-operator/imgroup-operator/internal/options"
)

var (
	usageOf   = regexp.MustCompile(`(?m)^  -([a-z-]+)(?: [a-z]+)?\n    \t(.*)$`)
	defaultOf = regexp.MustCompile(` \(default "?([^")]+)"?\)`)
)

// The table of flags has the flags, variables and defaults that -h prints.
func TestTheTableOfFlagsIsWhatTheProgramTakes(t *testing.T) {
	want := map[string][]string{}
	for _, m := range usageOf.FindAllStringSubmatch(usage(t), -1) {
		preset := "" // an empty cell says that it is off or empty
		if d := defaultOf.FindStringSubmatch(m[2]); d != nil {
			preset = d[1]
		}
		want["--"+m[1]] = []string{options.EnvName(m[1]), preset}
	}
	if len(want) < 15 {
		t.Fatalf("only the flags %v", want)
	}
	got := map[string][]string{}
	for _, row := range rows(section(t, read(t, "docs/configuration.md"), "## Flags")) {
		preset := strings.Trim(row[2], "`")
		if preset == "false" {
			preset = "" // -h leaves it out
		}
		got[strings.Trim(row[0], "`")] = []string{strings.Trim(row[1], "`"), preset}
	}
	for name, inWords := range map[string]string{"--leader-election-namespace": "own namespace", "--rest-allowed-hosts": "Tencent's hosts"} {
		if len(got[name]) < 2 || got[name][1] != inWords {
			t.Errorf("the default of %s is not told", name)
			continue
		}
		got[name][1] = want[name][1]
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("docs/configuration.md (-program +document):\n%s", diff)
	}
}

func usage(t *testing.T) string {
	t.Helper()
	var out bytes.Buffer
	if _, err := options.Parse([]string{"-h"}, func(string) (string, bool) { return "", false }, &out); !errors.Is(err, flag.ErrHelp) {
		t.Fatal(err)
	}
	return out.String()
}
