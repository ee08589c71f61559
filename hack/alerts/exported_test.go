// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package alerts

import (
	"bytes"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
)

// targetLabels are added by Prometheus to every series of a replica.
var targetLabels = []string{"namespace", "pod"}

// exported are the series of an operator.
type exported []map[string]string

// readExported reads the page that the tests of internal/metrics keep, and what the libraries add.
func readExported(t *testing.T) (all exported) {
	t.Helper()
	for _, file := range []string{"internal/metrics/testdata/page.prom", "hack/alerts/testdata/libraries.prom"} {
		text := expfmt.NewTextParser(model.LegacyValidation)
		families, err := text.TextToMetricFamilies(bytes.NewReader(read(t, file)))
		if err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		for name, family := range families {
			for _, m := range family.GetMetric() {
				all = append(all, seriesOf(name, m)...)
			}
		}
	}
	return all
}

// seriesOf gives a metric's series; a histogram has several.
func seriesOf(name string, m *dto.Metric) exported {
	own := map[string]string{model.MetricNameLabel: name}
	for _, l := range m.GetLabel() {
		own[l.GetName()] = l.GetValue()
	}
	if m.GetHistogram() == nil {
		return exported{own}
	}
	var all exported
	for _, suffix := range []string{"_bucket", "_sum", "_count"} {
		s := maps.Clone(own)
		if s[model.MetricNameLabel] = name + suffix; suffix == "_bucket" {
			s[model.BucketLabel] = "+Inf"
		}
		all = append(all, s)
	}
	return all
}

// check parses a query and returns what it names that the operator does not export.
func (e exported) check(query string) (faults []string) {
	expr, err := promQL.ParseExpr(query)
	if err != nil {
		return []string{err.Error()}
	}
	known := slices.Clone(targetLabels)
	parser.Inspect(expr, func(node parser.Node, _ []parser.Node) error {
		if selector, ok := node.(*parser.VectorSelector); ok {
			names, bad := e.selector(selector)
			known, faults = append(known, names...), append(faults, bad...)
		}
		return nil
	})
	for _, name := range grouping(expr) {
		if !slices.Contains(known, name) {
			faults = append(faults, fmt.Sprintf("groups by %s, which no metric in it has", name))
		}
	}
	return faults
}

// selector returns the label names of the metric. Each value that is asked for must exist.
func (e exported) selector(s *parser.VectorSelector) (names, faults []string) {
	var found exported
	for _, one := range e {
		if one[model.MetricNameLabel] == s.Name {
			found = append(found, one)
			names = slices.AppendSeq(names, maps.Keys(one))
		}
	}
	if len(found) == 0 {
		return nil, []string{"there is no metric " + s.Name}
	}
	for _, m := range s.LabelMatchers {
		if m.Name == model.MetricNameLabel || slices.Contains(targetLabels, m.Name) {
			continue
		}
		for _, value := range valuesOf(m) {
			if !slices.ContainsFunc(found, func(one map[string]string) bool { return one[m.Name] == value }) {
				faults = append(faults, fmt.Sprintf("%s has no %s=%q", s.Name, m.Name, value))
			}
		}
	}
	return names, faults
}

// valuesOf are the values that a matcher names. Only plain alternatives are used.
func valuesOf(m *labels.Matcher) []string { return strings.Split(m.Value, "|") }

// grouping are the labels of by and on.
func grouping(expr parser.Expr) (names []string) {
	parser.Inspect(expr, func(node parser.Node, _ []parser.Node) error {
		switch n := node.(type) {
		case *parser.AggregateExpr:
			names = append(names, n.Grouping...)
		case *parser.BinaryExpr:
			if n.VectorMatching != nil {
				names = append(names, n.VectorMatching.MatchingLabels...)
			}
		}
		return nil
	})
	return names
}

func TestEveryRuleNamesWhatIsExported(t *testing.T) {
	all := readExported(t)
	for _, rule := range readRules(t) {
		for _, fault := range all.check(rule.Expr) {
			t.Errorf("%s: %s", rule.Alert, fault)
		}
	}
}

// usedLabel finds the labels in a description.
var usedLabel = regexp.MustCompile(`\$labels\.(\w+)`)

func TestEveryDescriptionNamesLabelsThatItsQueryKeeps(t *testing.T) {
	for _, rule := range readRules(t) {
		expr, err := promQL.ParseExpr(rule.Expr)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range usedLabel.FindAllStringSubmatch(rule.Annotations["description"]+rule.Annotations["summary"], -1) {
			if !slices.Contains(grouping(expr), m[1]) {
				t.Errorf("%s: %s is not in its result", rule.Alert, m[0])
			}
		}
	}
}

func TestAFaultInAQueryIsFound(t *testing.T) {
	all := readExported(t)
	for query, want := range map[string]string{
		`sum(imgroup_apps) by (ready`:                             "parse error",
		`imgroup_app`:                                             "there is no metric imgroup_app",
		`imgroup_sync_lag_seconds`:                                "there is no metric imgroup_sync_lag_seconds",
		`imgroup_apps{ready="yes"}`:                               `imgroup_apps has no ready="yes"`,
		`imgroup_apps{state="true"}`:                              `imgroup_apps has no state="true"`,
		`imgroup_journal_errors_total{op=~"append|ful"}`:          `imgroup_journal_errors_total has no op="ful"`,
		`sum by (outcome) (imgroup_apps)`:                         "groups by outcome",
		`imgroup_apps and on (le) imgroup_journal_pending_groups`: "groups by le",
	} {
		if faults := all.check(query); len(faults) != 1 || !strings.Contains(faults[0], want) {
			t.Errorf("%s: %v, want %s", query, faults, want)
		}
	}
	const good = `sum by (pod, le) (rate(imgroup_sync_lag_seconds_bucket{namespace="im"}[5m])) / on (pod) imgroup_journal_bytes`
	if faults := all.check(good); len(faults) > 0 {
		t.Errorf("%s: %v", good, faults)
	}
}
