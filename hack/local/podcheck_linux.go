// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"os"
	"regexp"
)

// What the kernel says of a process in a Pod: its user and group, no capability, no way to more of them, and a root that is
// read-only.
var podFacts = map[string][]*regexp.Regexp{
	"status": {
		regexp.MustCompile(`(?m)^Uid:\t65532\t65532\t65532\t65532$`), regexp.MustCompile(`(?m)^Gid:\t65532\t65532\t65532\t65532$`),
		regexp.MustCompile(`(?m)^CapPrm:\t0+$`), regexp.MustCompile(`(?m)^CapEff:\t0+$`), regexp.MustCompile(`(?m)^NoNewPrivs:\t1$`),
	},
	"mountinfo": {regexp.MustCompile(`(?m)^\d+ \d+ \S+ \S+ / ro,`)},
}

// checkPod checks that the operator runs as a Pod does.
func checkPod(pid int, checks *checklist) {
	for file, facts := range podFacts {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", pid, file))
		checks.that(err == nil, "the operator runs", fmt.Sprint(err))
		for _, fact := range facts {
			checks.that(fact.Match(text), "the kernel says of the operator "+fact.String(), string(text))
		}
	}
}
