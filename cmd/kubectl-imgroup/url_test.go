// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"testing"
)

func TestURL(t *testing.T) {
	for _, test := range []struct {
		name string
		args []string
		code int
	}{
		{"url-ready", []string{"url", "support", "-n", "chat"}, 0},
		{"url-unsigned", []string{"url", "trial", "-n", "chat"}, 0},
		{"url-suspended", []string{"url", "imapp/retired", "-n", "chat"}, 0},
		{"url-not-ready", []string{"url", "waiting", "-n", "chat"}, 0},
		{"url-table", []string{"url", "-A"}, 0},
		{"url-none", []string{"url", "-n", "empty"}, 0},
		{"url-json", []string{"url", "support", "-n", "chat", "-o", "json"}, 0},
		{"url-list-json", []string{"url", "-n", "games", "-o", "json"}, 0},
		{"url-no-such-app", []string{"url", "nobody", "-n", "chat"}, 1},
	} {
		t.Run(test.name, func(t *testing.T) { look(t, test.name, test.code, test.args...) })
	}
}
