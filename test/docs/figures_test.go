// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package docs

import (
	"fmt"
	"regexp"
	"strconv"
	"testing"
)

// measuredMemory is what the benchmark measured, the median in MiB, by the number of IMGroups (row 7) or of pending groups
// (row 16), as documents write it.
func measuredMemory(t *testing.T) map[string]float64 {
	t.Helper()
	measured := map[string]float64{}
	figure := regexp.MustCompile(`(?:memory \(RSS\) with|most memory,) (\d+)k (?:IMGroups|groups pending) \| [\d.]+ \| ([\d.]+) \|`)
	for _, m := range figure.FindAllStringSubmatch(read(t, "docs/benchmarks.md"), -1) {
		mib, err := strconv.ParseFloat(m[2], 64)
		must(t, err)
		measured[m[1]+",000"] = mib
	}
	if len(measured) != 4 {
		t.Fatalf("measured were %v", measured)
	}
	return measured
}

// The memory that the manifests and the documents name is the one that the benchmark measured.
func TestTheFiguresOfMemoryAreTheMeasuredOnes(t *testing.T) {
	measured, found := measuredMemory(t), 0
	for _, file := range []string{"config/manager/statefulset.yaml", "docs/scaling.md"} {
		for _, m := range regexp.MustCompile(`[ :](\d+) MiB (?:with|for) (\d+,000)`).FindAllStringSubmatch(read(t, file), -1) {
			found++
			if want := fmt.Sprintf("%.0f", measured[m[2]]); want != m[1] {
				t.Errorf("%s: %s: %s MiB were measured", file, m[0], want)
			}
		}
	}
	if found < 6 {
		t.Errorf("%d figures were found", found)
	}
}

// A container that is ended for its memory loses callbacks until somebody gives it more: the limit has room for many
// IMGroups and a full journal at once.
func TestTheMemoryLimitCoversAFullJournal(t *testing.T) {
	m := regexp.MustCompile(`limits:\s+memory: (\d+)Mi`).FindStringSubmatch(read(t, "config/manager/statefulset.yaml"))
	if m == nil {
		t.Fatal("the manifest has no limit in Mi")
	}
	limit, err := strconv.ParseFloat(m[1], 64)
	must(t, err)
	measured := measuredMemory(t)
	if need := measured["100,000"] + measured["198,000"]; limit < need {
		t.Errorf("the limit is %v MiB, %v are needed", limit, need)
	}
}
