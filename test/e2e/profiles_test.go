// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/imgroup-operator/imgroup-operator/test/harness"
)

func TestProfilesAreServedWhereTheFlagSays(t *testing.T) {
	t.Parallel()
	address, err := harness.FreeAddress()
	must(t, err)
	startOperator(t, newNamespace(t), "--pprof-bind-address="+address)
	response, err := http.Get("http://" + address + "/debug/pprof/goroutine?debug=1")
	must(t, err)
	defer response.Body.Close()
	if text, err := io.ReadAll(response.Body); err != nil || response.StatusCode != http.StatusOK || !strings.HasPrefix(string(text), "goroutine profile:") {
		t.Errorf("%s: %.100s, %v", response.Status, text, err)
	}
}
