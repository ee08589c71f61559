// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package operator

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/go-logr/logr"
	"github.com/go-logr/logr/funcr"
	"github.com/google/go-cmp/cmp"
)

// probed is a readiness whose log is kept.
func probed() (r *readiness, lines *[]string) {
	lines = &[]string{}
	log := funcr.New(func(_, args string) { *lines = append(*lines, args) }, funcr.Options{})
	return &readiness{log: log, failures: func() int { return 0 }, refused: func() []string { return nil }}, lines
}

func get(h http.Handler, path string) (status int, body string) {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	return w.Code, w.Body.String()
}

func TestReadinessTellsItsReason(t *testing.T) {
	r, _ := probed()
	for _, step := range []struct {
		stage  stage
		status int
		body   string
	}{
		{loading, http.StatusServiceUnavailable, "[-]apps-not-loaded: the API server has not told of the IMApps and their tokens yet\n"},
		{serving, http.StatusOK, "ok\n"},
		{stopping, http.StatusServiceUnavailable, "[-]journal-closing: the operator stops; it takes no callbacks and writes what the journal holds\n"},
	} {
		r.reach(step.stage)
		if status, body := get(probes(r), "/readyz"); status != step.status || body != step.body {
			t.Errorf("in stage %d the answer is %d %q", step.stage, status, body)
		}
		if status, body := get(probes(r), "/healthz"); status != http.StatusOK || body != "ok\n" {
			t.Errorf("in stage %d the process is said to be dead: %d %q", step.stage, status, body)
		}
	}
}

func TestAReadyProcessNamesTheNamespacesThatItMayNotServe(t *testing.T) {
	r, _ := probed()
	r.refused = func() []string { return []string{"closed", "shut"} }
	r.reach(serving)
	want := "ok\n[!]namespace-refused: the operator may not list IMApps in closed, shut\n"
	if status, body := get(probes(r), "/readyz"); status != http.StatusOK || body != want {
		t.Errorf("the answer is %d %q", status, body)
	}
}

func TestAStoppingProcessIsNotReadyAgain(t *testing.T) {
	r, _ := probed()
	r.reach(stopping)
	r.reach(serving) // the IMApps were loaded late
	if status, body := get(probes(r), "/readyz"); status != http.StatusServiceUnavailable || !strings.HasPrefix(body, "[-]journal-closing") {
		t.Errorf("the answer is %d %q", status, body)
	}
}

func TestAChangeOfReadinessIsLoggedOnce(t *testing.T) {
	r, lines := probed()
	r.tell(loading)
	for _, next := range []stage{loading, serving, serving, stopping, stopping} {
		r.reach(next)
		for range 3 {
			get(probes(r), "/readyz")
		}
	}
	want := []string{`"not ready" "reason"="apps-not-loaded"`, `"ready"`, `"not ready" "reason"="journal-closing"`}
	var got []string
	for _, line := range *lines {
		_, line, _ = strings.Cut(line, `"msg"=`)
		line, _, _ = strings.Cut(line, ` "message"=`)
		got = append(got, line)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestAReplicaWhoseDiskFailsIsNotReadyUntilAWriteSucceeds(t *testing.T) {
	r, lines := probed()
	failures := 0
	r.failures = func() int { return failures }
	r.reach(serving)
	for _, step := range []struct{ failures, status int }{
		{0, http.StatusOK}, {maxFailures - 1, http.StatusOK}, {maxFailures, http.StatusServiceUnavailable}, {99, http.StatusServiceUnavailable}, {0, http.StatusOK},
	} {
		failures = step.failures
		status, body := get(probes(r), "/readyz")
		if status != step.status || status != http.StatusOK && !strings.HasPrefix(body, "[-]journal-failing: ") {
			t.Errorf("after %d failures the answer is %d %q", failures, status, body)
		}
	}
	if len(*lines) != 3 {
		t.Errorf("the log is %q, want that it was ready, not ready and ready again", *lines)
	}
	failures = 99
	r.reach(stopping)
	if _, body := get(probes(r), "/readyz"); !strings.HasPrefix(body, "[-]journal-closing") {
		t.Errorf("a stopping replica says %q", body)
	}
}

func TestOnlyTheProbesAreServed(t *testing.T) {
	h := probes(&readiness{log: logr.Discard(), failures: func() int { return 0 }})
	for path, want := range map[string]int{"/": http.StatusNotFound, "/readyz/apps": http.StatusNotFound, "/metrics": http.StatusNotFound} {
		if status, _ := get(h, path); status != want {
			t.Errorf("%s is answered with %d, want %d", path, status, want)
		}
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/healthz", nil))
	if w.Code != http.StatusMethodNotAllowed {
		t.Errorf("a POST is answered with %d", w.Code)
	}
}
