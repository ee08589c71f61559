// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package oracle

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
)

// Diff holds the live objects of one IMApp against the expected groups and says how they differ, "" for not at all. A
// group that is missing, or that nobody expected, is a difference.
func Diff(want map[string]Group, live []imv1alpha1.IMGroup) string {
	got := map[string]Group{}
	for _, g := range live {
		got[g.Spec.GroupID] = FromStatus(g.Status)
	}
	all := maps.Clone(want)
	maps.Copy(all, got)
	var b strings.Builder
	for _, id := range slices.Sorted(maps.Keys(all)) {
		w, expected := want[id]
		g, exists := got[id]
		switch {
		case !exists:
			fmt.Fprintf(&b, "%q has no IMGroup\n", id)
		case !expected:
			fmt.Fprintf(&b, "%q has an IMGroup that nobody expected\n", id)
		default:
			if d := cmp.Diff(w, g, cmpopts.EquateEmpty()); d != "" {
				fmt.Fprintf(&b, "%q (-want +got):\n%s", id, d)
			}
		}
	}
	return b.String()
}
