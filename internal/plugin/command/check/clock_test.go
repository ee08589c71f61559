// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package check

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

func TestClock(t *testing.T) {
	at := time.Unix(1670574414, 0)
	for _, test := range []struct {
		skew   time.Duration
		result string
	}{{0, ok}, {-5 * time.Second, ok}, {20 * time.Second, warning}, {-2 * time.Minute, failure}} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Date", at.UTC().Format(http.TimeFormat))
		}))
		f := finding{}.compareClock(t.Context(), s.Client(), s.URL, func() time.Time { return at.Add(test.skew) })
		s.Close()
		if f.Result != test.result {
			t.Errorf("%s: %s: %s", test.skew, f.Result, f.Message)
		}
	}
}
