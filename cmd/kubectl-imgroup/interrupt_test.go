// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

func TestCtrlCWhileWaiting(t *testing.T) {
	p := start(t, pipe, sendTo("chat", "picky", "unwanted", "--wait")...)
	p.says(t, "made the change durable")
	p.interrupt(t)
	if code := p.wait(t); code != 130 || p.err.String() != "" {
		t.Errorf("exit code %d: %s", code, p.err.String())
	}
}

// awayAfter is an API server that is away after so many reads of a resource, for those who wait for it.
func awayAfter(t *testing.T, reads int32, resource string) string {
	t.Helper()
	var seen atomic.Int32
	return inFront(t, func(r *http.Request) *apierrors.StatusError {
		if r.Method == http.MethodGet && strings.Contains(r.URL.Path, "/"+resource) && seen.Add(1) > reads {
			return apierrors.NewServiceUnavailable("later")
		}
		return nil
	}).URL
}

// JSON says what was done so far, and that nobody waited to the end.
func TestCtrlCWhileAProgramWaits(t *testing.T) {
	group := "imgroup/" + tokyo(t)
	for _, test := range []struct {
		name, outcome string
		args          []string
	}{
		{"send", "", append(sendTo("chat", "picky", "unwanted", "--wait"), "--server", awayAfter(t, 1, "imgroups"))},
		{"resync", "asked", []string{"resync", "players", "-n", "games", "--server", awayAfter(t, 1, "imapps")}},
		{"resync of one group", "asked", []string{"resync", group, "-n", "games", "--timeout", "1m", "--server", awayAfter(t, 1, "imgroups")}},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := start(t, pipe, append(test.args, "-o", "json")...)
			p.says(t, "The API server is away")
			p.interrupt(t)
			code := p.wait(t)
			var got struct{ Outcome, Error string }
			must(t, json.Unmarshal([]byte(p.out.String()), &got))
			if code != 130 || got.Error != "interrupted while waiting" || got.Outcome != test.outcome {
				t.Errorf("exit code %d: %s", code, p.out.String())
			}
			if said := p.err.String(); strings.Contains(said, "canceled") || strings.Contains(said, "error") {
				t.Errorf("it says %s", said)
			}
		})
	}
}

// What was not read because of Ctrl-C is no right that is missing.
func TestCtrlCWhileHistoryReads(t *testing.T) {
	declare(t, "chat", "support", "interrupted", "@TGS#2INTERRUPTED")
	reads := make(chan struct{})
	p := start(t, pipe, "history", "interrupted", "-n", "chat", "--server", inFront(t, func(r *http.Request) *apierrors.StatusError {
		if strings.Contains(r.URL.Path, "/imapps/") {
			close(reads)
			<-r.Context().Done()
		}
		return nil
	}).URL)
	<-reads
	p.interrupt(t)
	if code := p.wait(t); code != 130 || p.out.String()+p.err.String() != "" {
		t.Errorf("exit code %d: %s%s", code, p.out.String(), p.err.String())
	}
}
