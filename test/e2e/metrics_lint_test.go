// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"fmt"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

// seriesNames are the series of a page, by name with labels.
func seriesNames(page string) map[string]bool {
	names := map[string]bool{}
	for line := range strings.Lines(page) {
		if i := strings.LastIndexByte(line, ' '); !strings.HasPrefix(line, "#") && i > 0 {
			names[line[:i]] = true
		}
	}
	return names
}

func readPage(t *testing.T, file string) string {
	t.Helper()
	page, err := os.ReadFile(file)
	must(t, err)
	return string(page)
}

func TestThePageOfMetricsIsCleanAndBounded(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	newApp(t, ns, "chat")
	o := startOperator(t, ns)
	s := o.sender(ns, "chat")
	send(t, s, harmless)
	for _, command := range []string{"Group.CallbackAfterNewMemberJoin", "Made.Up", `odd"name`} {
		send(t, s, fakeim.Body{"CallbackCommand": command})
	}
	o.awaitDrained()

	page := o.page()
	problems, err := promlint.New(strings.NewReader(page)).Lint()
	must(t, err)
	for _, p := range problems {
		if strings.HasPrefix(p.Metric, "imgroup_") {
			t.Errorf("%s: %s", p.Metric, p.Text)
		}
	}
	known := seriesNames(readPage(t, "../../internal/metrics/testdata/page.prom"))
	known[fmt.Sprintf("imgroup_namespace_refused{namespace=%q}", ns)] = true          // one for each of --watch-namespaces
	known[fmt.Sprintf("imgroup_callback_changes_total{imapp=%q}", ns+"/chat")] = true // metrics.MaxApps of them
	for name := range seriesNames(page) {
		if strings.HasPrefix(name, "imgroup_") && !known[name] {
			t.Errorf("the labels are not bounded: there is %s", name)
		}
	}
}

// TestTheLibrariesExportWhatAlertsAndDashboardUse is about names that are not ours to choose.
func TestTheLibrariesExportWhatAlertsAndDashboardUse(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	newApp(t, ns, "chat")
	there := shapes(startOperator(t, ns).page())
	for shape := range shapes(readPage(t, "../../hack/alerts/testdata/libraries.prom")) {
		if !there[shape] {
			t.Errorf("there is no %s", shape)
		}
	}
}

var labelValue = regexp.MustCompile(`="(?:[^"\\]|\\.)*"`)

// shapes are the series of a page without the values of their labels.
func shapes(page string) map[string]bool {
	all := map[string]bool{}
	for name := range seriesNames(page) {
		all[labelValue.ReplaceAllString(name, "")] = true
	}
	return all
}
