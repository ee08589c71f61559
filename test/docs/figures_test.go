// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package docs

import (
	"fmt"
	"regexp"
	"strconv"
	"testing"
)

// The memory that the manifests and the documents name is the one that the benchmark measured: the median of row 7.
func TestTheFiguresOfMemoryAreTheMeasuredOnes(t *testing.T) {
	measured := map[string]string{} // MiB by the number of IMGroups, as documents write it
	for _, m := range regexp.MustCompile(`memory \(RSS\) with (\d+)k IMGroups \| [\d.]+ \| ([\d.]+) \|`).FindAllStringSubmatch(read(t, "docs/benchmarks.md"), -1) {
		mib, err := strconv.ParseFloat(m[2], 64)
		must(t, err)
		measured[m[1]+",000"] = fmt.Sprintf("%.0f", mib)
	}
	found := 0
	for _, file := range []string{"config/manager/statefulset.yaml", "docs/scaling.md"} {
		for _, m := range regexp.MustCompile(`[ :](\d+) MiB (?:with|for) (\d+,000)`).FindAllStringSubmatch(read(t, file), -1) {
			found++
			if want := measured[m[2]]; want != m[1] {
				t.Errorf("%s: %s: %q MiB were measured", file, m[0], want)
			}
		}
	}
	if len(measured) != 3 || found < 4 {
		t.Errorf("measured %v, and %d figures were found", measured, found)
	}
}
