// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package metrics

import (
	"flag"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

var update = flag.Bool("update", false, "rewrite testdata/page.prom")

// page is what Prometheus reads.
func page(r prometheus.Gatherer) string {
	answer := httptest.NewRecorder()
	promhttp.HandlerFor(r, promhttp.HandlerOpts{}).ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	return answer.Body.String()
}

// TestThePageHoldsEverySeries keeps the whole page of an operator that has done nothing yet in a file, by which the
// alerts, the dashboard and a running operator are checked.
func TestThePageHoldsEverySeries(t *testing.T) {
	r, _ := gathered(t)
	got := page(r)
	file := filepath.Join("testdata", "page.prom")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("if this is meant, run the test with -update (-want +got):\n%s", diff)
	}
}
