// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"strings"
	"testing"

	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

func TestResync(t *testing.T) {
	for _, v := range views {
		p := run(t, v, 0, "resync", "players", "-n", "games")
		if !strings.Contains(p.out.String()+p.err.String(), "Resync of games/players") {
			t.Errorf("no progress is shown:\n%s", p.out.String())
		}
		golden(t, "resync-"+v.name, p, lastLine(p.out.String()))
	}
	for _, test := range []struct {
		name string
		code int
		args []string
	}{
		{"resync-wrong-key", 3, []string{"resync", "imapp/locked-out", "-n", "games"}},
		{"resync-without-rest", 3, []string{"resync", "support", "-n", "chat"}},
		{"resync-not-waiting", 0, []string{"resync", "players", "-n", "games", "--no-wait"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := run(t, pipe, test.code, test.args...)
			golden(t, test.name, p, lastLine(p.out.String()+p.err.String()))
		})
	}
}

func TestResyncAsJSON(t *testing.T) {
	for _, test := range []struct {
		name string
		code int
		args []string
	}{
		{"resync-json", 0, []string{"resync", "players"}},
		{"resync-json-wrong-key", 3, []string{"resync", "locked-out"}},
		{"resync-json-not-waiting", 0, []string{"resync", "players", "--no-wait"}},
		{"resync-json-group", 0, []string{"resync", "imgroup/" + tokyo(t), "--timeout", "2s"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := run(t, pipe, test.code, append(test.args, "-n", "games", "-o", "json")...)
			golden(t, test.name, p, p.out.String())
		})
	}
}

// Who asks later takes the place of who asked before: the operator may never see the first request.
func TestResyncThatSomebodyElseAsksForAsWell(t *testing.T) {
	var all []*process
	for range 3 {
		all = append(all, start(t, pipe, "resync", "players", "-n", "games", "--timeout", "50s"))
	}
	for _, p := range all {
		if code := p.wait(t); code != 0 {
			t.Errorf("exit code %d: %s", code, p.err.String())
		}
	}
}

// tokyo is the IMGroup of a group that only a resync can find.
func tokyo(t *testing.T) string {
	t.Helper()
	run(t, pipe, 0, "resync", "players", "-n", "games")
	return groupOf(t, "games", "guild-tokyo").Name
}

func TestResyncOfOneGroup(t *testing.T) {
	name := "imgroup/" + tokyo(t)
	notification := "再開しました 23:30"
	must(t, world.cloud.Change("guild-tokyo", fakeim.Change{Notification: &notification}, fakeim.Somebody))
	var p *process
	// Tencent's clock is read to the second: in the second or two after a change an answer may count as older than what
	// is known.
	eventually(t, "a resync brings it", func() error {
		p = run(t, narrow, 0, "resync", name, "-n", "games", "--timeout", "4s")
		if !strings.Contains(p.out.String(), notification) {
			return fmt.Errorf("%s", p.out.String())
		}
		return nil
	})
	golden(t, "resync-group", p, p.out.String())
	p = run(t, pipe, 0, "resync", name, "-n", "games", "--timeout", "2s")
	golden(t, "resync-group-nothing-new", p, p.out.String())
	run(t, pipe, 1, "resync", "imgroup/nobody", "-n", "games")
}

// lastLine is the result, below the progress.
func lastLine(s string) string {
	s = strings.TrimRight(s, "\r\n")
	if i := strings.LastIndexAny(s, "\r\n"); i >= 0 {
		s = s[i+1:]
	}
	return s + "\n"
}
