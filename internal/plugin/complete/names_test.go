// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package complete

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCandidates(t *testing.T) {
	c := &candidates{typed: "o", known: map[string]bool{"ops": true}}
	for _, name := range []string{"ops", "other", "other", "support", "o\nrm", "o\x1b[31m", "o\u202e", "o$(x)", "o x", "o;x", "o'", "o運"} {
		c.add(name, "")
	}
	c.add("one", "described")
	if diff := cmp.Diff([]string{"other", "one\tdescribed"}, c.names); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for i := range 2 * maxCompletions {
		c.add(fmt.Sprint("o-", i), "")
	}
	if len(c.names) != maxCompletions || !c.full() {
		t.Errorf("%d names", len(c.names))
	}
}
