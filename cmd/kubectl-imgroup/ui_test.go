// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"io"
	"net/http"
	"net/http/cookiejar"
	"strings"
	"testing"
)

// What the page shows is tested in a browser, in test/ui.
func TestUI(t *testing.T) {
	p := start(t, pipe, "ui", "-A", "--no-open")
	p.says(t, "?token=")
	jar, err := cookiejar.New(nil)
	must(t, err)
	response, err := (&http.Client{Jar: jar}).Get(strings.TrimSpace(p.out.String()))
	must(t, err)
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	must(t, err)
	if response.StatusCode != http.StatusOK || !strings.Contains(string(text), "main.js") {
		t.Errorf("the link leads to %s %s", response.Status, text)
	}
	p.interrupt(t)
	if code := p.wait(t); code != 0 {
		t.Errorf("exit code %d", code)
	}
	golden(t, "ui", p, p.err.String()+p.out.String())
}

func TestUIOfAnUnreachableClusterEndsAtOnce(t *testing.T) {
	p := run(t, pipe, 1, "ui", "-A", "--server", "https://127.0.0.1:1")
	if !strings.Contains(p.err.String(), "connection refused") {
		t.Errorf("it does not say why: %s", p.err.String())
	}
}
