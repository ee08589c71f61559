// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package alerts

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/prometheus/common/model"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql"
	"github.com/prometheus/prometheus/storage"
	"github.com/prometheus/prometheus/util/annotations"
)

// series are all samples of a test, in memory. Prometheus' own storage would bring the SDKs of three clouds along.
type series []promql.Series

// load reads series as promtool writes them: 0+1x10 counts up, _ is a missing sample, stale is the end of a target.
func load(t *testing.T, interval time.Duration, inputs []inputSeries) (all series) {
	t.Helper()
	for _, input := range inputs {
		metric, values, err := promQL.ParseSeriesDesc(input.Series + " " + input.Values)
		if err != nil {
			t.Fatalf("%s: %v", input.Series, err)
		}
		s := promql.Series{Metric: metric}
		for i, v := range values {
			if !v.Omitted {
				s.Floats = append(s.Floats, promql.FPoint{T: time.Duration(i * int(interval)).Milliseconds(), F: v.Value})
			}
		}
		all = append(all, s)
	}
	slices.SortFunc(all, func(a, b promql.Series) int { return labels.Compare(a.Metric, b.Metric) })
	return all
}

func (s series) Querier(int64, int64) (storage.Querier, error) { return querier{series: s}, nil }

type querier struct {
	storage.LabelQuerier // not used by queries
	series               series
}

func (q querier) Close() error { return nil }

func (q querier) Select(_ context.Context, _ bool, _ *storage.SelectHints, matchers ...*labels.Matcher) storage.SeriesSet {
	var found []storage.Series
	for _, s := range q.series {
		if matchesAll(s.Metric, matchers) {
			found = append(found, promql.NewStorageSeries(s))
		}
	}
	return &seriesSet{left: found}
}

func matchesAll(l labels.Labels, matchers []*labels.Matcher) bool {
	return !slices.ContainsFunc(matchers, func(m *labels.Matcher) bool { return !m.Matches(l.Get(m.Name)) })
}

type seriesSet struct {
	left []storage.Series
	at   storage.Series
}

func (s *seriesSet) Next() bool {
	if len(s.left) == 0 {
		return false
	}
	s.at, s.left = s.left[0], s.left[1:]
	return true
}

func (s *seriesSet) At() storage.Series                { return s.at }
func (s *seriesSet) Err() error                        { return nil }
func (s *seriesSet) Warnings() annotations.Annotations { return nil }

// evaluate answers an instant query at a time since the first sample.
func (s series) evaluate(t *testing.T, engine *promql.Engine, expr string, at time.Duration) promql.Vector {
	t.Helper()
	q, err := engine.NewInstantQuery(t.Context(), s, nil, expr, model.Time(at.Milliseconds()).Time())
	if err != nil {
		t.Fatalf("%s: %v", expr, err)
	}
	defer q.Close()
	result := q.Exec(t.Context())
	if len(result.Warnings) > 0 {
		t.Fatalf("%s: %v", expr, result.Warnings)
	}
	vector, err := result.Vector()
	if err != nil {
		t.Fatalf("%s: %v", expr, err)
	}
	return slices.Clone(vector)
}

func newEngine(t *testing.T) *promql.Engine {
	t.Helper()
	engine := promql.NewEngine(promql.EngineOpts{MaxSamples: 1e7, Timeout: time.Minute, LookbackDelta: 5 * time.Minute, Parser: promQL})
	t.Cleanup(func() { _ = engine.Close() })
	return engine
}
