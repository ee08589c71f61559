// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package cluster

import (
	"testing"

	"github.com/imgroup-operator/imgroup-operator/internal/plugin/exit"
)

func TestParseName(t *testing.T) {
	for _, test := range []struct{ in, kind, name string }{
		{"chat", KindApp, "chat"},
		{"imapp/chat", KindApp, "chat"},
		{"ima/chat", KindApp, "chat"},
		{"imgroups/ops", KindGroup, "ops"},
		{"IMGroup.im.imgroup.dev/ops", KindGroup, "ops"},
		{"pod/ops", "", ""},
		{"imgroup/", "", ""},
		{"", "", ""},
	} {
		kind, name, err := ParseName(test.in, KindApp)
		if kind != test.kind && err == nil || name != test.name || (err != nil) != (test.kind == "") {
			t.Errorf("%q: %s %s, %v", test.in, kind, name, err)
		}
		if err != nil && exit.Code(err) != exit.CodeUsage {
			t.Errorf("%q: exit code %d", test.in, exit.Code(err))
		}
	}
}
