// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package alerts

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/rulefmt"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/template"
	"sigs.k8s.io/yaml"
)

// ruleTests are in the format of promtool's unit tests, as far as it is used.
type ruleTests struct {
	EvaluationInterval model.Duration `json:"evaluation_interval"`
	Tests              []ruleTest     `json:"tests"`
}

type ruleTest struct {
	Name        string         `json:"name"`
	Interval    model.Duration `json:"interval"`
	InputSeries []inputSeries  `json:"input_series"`
	AlertTests  []alertTest    `json:"alert_rule_test"`
}

type inputSeries struct {
	Series string `json:"series"`
	Values string `json:"values"`
}

type alertTest struct {
	EvalTime  model.Duration `json:"eval_time"`
	Alertname string         `json:"alertname"`
	ExpAlerts []expAlert     `json:"exp_alerts"`
}

type expAlert struct {
	Labels      map[string]string `json:"exp_labels"`
	Description string            `json:"exp_description"` // a part of it; empty: not checked
}

func readTests(t *testing.T) ruleTests {
	t.Helper()
	var tests ruleTests
	if err := yaml.UnmarshalStrict(read(t, "config/components/prometheus/rules_test.yaml"), &tests); err != nil {
		t.Fatal(err)
	}
	return tests
}

func TestAlertsFireWhenTheyShould(t *testing.T) {
	rules, tests := readRules(t), readTests(t)
	for _, test := range tests.Tests {
		t.Run(test.Name, func(t *testing.T) {
			data := load(t, time.Duration(test.Interval), test.InputSeries)
			for _, want := range test.AlertTests {
				got := firing(t, data, named(rules, want.Alertname), time.Duration(tests.EvaluationInterval), time.Duration(want.EvalTime))
				compare(t, want, got)
			}
		})
	}
}

func named(rules []rulefmt.Rule, name string) (found []rulefmt.Rule) {
	for _, r := range rules {
		if r.Alert == name {
			found = append(found, r)
		}
	}
	return found
}

// firing returns the alerts that fire at a time, by their labels, with their descriptions.
func firing(t *testing.T, data series, rules []rulefmt.Rule, step, at time.Duration) map[string]string {
	t.Helper()
	engine, all := newEngine(t), map[string]string{}
	for _, rule := range rules {
		since := map[string]time.Duration{}
		for now := time.Duration(0); now <= at; now += step {
			active := map[string]time.Duration{}
			for _, sample := range data.evaluate(t, engine, rule.Expr, now) {
				key := text(labelsOf(rule, sample))
				active[key] = now
				if began, ok := since[key]; ok {
					active[key] = began
				}
				if now == at && now-active[key] >= time.Duration(rule.For) {
					all[key] = expand(t, rule, "description", sample)
				}
			}
			since = active
		}
	}
	return all
}

func compare(t *testing.T, want alertTest, got map[string]string) {
	t.Helper()
	var keys []string
	for _, w := range want.ExpAlerts {
		key := text(w.Labels)
		keys = append(keys, key)
		if !strings.Contains(got[key], w.Description) {
			t.Errorf("%s at %v: the description of %s is %q and lacks %q", want.Alertname, want.EvalTime, key, got[key], w.Description)
		}
	}
	slices.Sort(keys)
	if fires := slices.Sorted(maps.Keys(got)); !slices.Equal(fires, keys) {
		t.Errorf("%s at %v fires for %v, want %v", want.Alertname, want.EvalTime, fires, keys)
	}
}

// labelsOf are the labels of an alert but its name.
func labelsOf(rule rulefmt.Rule, sample promql.Sample) map[string]string {
	l := sample.Metric.Map()
	delete(l, model.MetricNameLabel)
	maps.Copy(l, rule.Labels)
	return l
}

func text(labels map[string]string) string { return fmt.Sprint(labels) } // fmt sorts the keys

func expand(t *testing.T, rule rulefmt.Rule, annotation string, sample promql.Sample) string {
	t.Helper()
	data := template.AlertTemplateData(sample.Metric.Map(), nil, "", sample)
	const variables = "{{$labels := .Labels}}{{$value := .Value}}"
	result, err := template.NewTemplateExpander(t.Context(), variables+rule.Annotations[annotation], rule.Alert, data, 0, nil, nil, nil).Expand()
	if err != nil {
		t.Errorf("%s of %s: %v", annotation, rule.Alert, err)
	}
	return result
}

func TestEveryAlertIsTestedToFireAndNotTo(t *testing.T) {
	fires, quiet := map[string]bool{}, map[string]bool{}
	for _, test := range readTests(t).Tests {
		for _, a := range test.AlertTests {
			fires[a.Alertname] = fires[a.Alertname] || len(a.ExpAlerts) > 0
			quiet[a.Alertname] = quiet[a.Alertname] || len(a.ExpAlerts) == 0
		}
	}
	rules := readRules(t)
	for _, rule := range rules {
		if !fires[rule.Alert] || !quiet[rule.Alert] {
			t.Errorf("%s: tested to fire: %v, not to: %v", rule.Alert, fires[rule.Alert], quiet[rule.Alert])
		}
	}
	for name := range fires {
		if len(named(rules, name)) == 0 {
			t.Errorf("there is no alert %s", name)
		}
	}
}
