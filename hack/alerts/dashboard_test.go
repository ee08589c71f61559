// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package alerts

import (
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/prometheus/prometheus/promql/parser"
)

type dashboard struct {
	UID        string `json:"uid"`
	Templating struct {
		List []struct {
			Name, Type, Query string
			Hide              int
			Datasource        *datasource
		}
	}
	Panels []panel
}

type datasource struct{ Type, UID string }

type panel struct {
	Type, Title string
	GridPos     struct{ X, Y, W, H int }
	Datasource  *datasource
	Targets     []struct{ Expr, RefID string }
}

const dashboardFile = "config/components/grafana/dashboard.json"

func readDashboard(t *testing.T) (d dashboard) {
	t.Helper()
	if err := json.Unmarshal(read(t, dashboardFile), &d); err != nil {
		t.Fatal(err)
	}
	return d
}

// filled puts values in the place of Grafana's variables.
var filled = strings.NewReplacer("$__rate_interval", "5m", "$namespace", "im", "$pod", "op-0")

// labelValues is a query of a variable.
var labelValues = regexp.MustCompile(`^label_values\((.*), (namespace|pod)\)$`)

func TestEveryQueryOfTheDashboardNamesWhatIsExported(t *testing.T) {
	all, d := readExported(t), readDashboard(t)
	check := func(where, query string) {
		for _, fault := range all.check(filled.Replace(query)) {
			t.Errorf("%s: %s: %s", where, query, fault)
		}
	}
	for _, p := range d.Panels {
		for _, target := range p.Targets {
			check(p.Title, target.Expr)
		}
		if (p.Type == "row") != (len(p.Targets) == 0) {
			t.Errorf("%s is a %s with %d queries", p.Title, p.Type, len(p.Targets))
		}
	}
	for _, v := range d.Templating.List {
		if v.Type != "query" {
			continue
		}
		m := labelValues.FindStringSubmatch(v.Query)
		if m == nil {
			t.Fatalf("the query of %s is %s", v.Name, v.Query)
		}
		check(v.Name, m[1])
	}
}

// chosen are the Pods that are chosen at the top. A query that forgets them shows those of all.
const chosen = `{namespace=~"$namespace",pod=~"$pod"`

func TestEveryPanelShowsThePodsThatAreChosenAtTheTop(t *testing.T) {
	d := readDashboard(t)
	var names []string
	for _, v := range d.Templating.List {
		if names = append(names, v.Name); v.Hide != 0 {
			t.Errorf("nobody can choose the %s", v.Name)
		}
	}
	if want := []string{"datasource", "namespace", "pod"}; !slices.Equal(names, want) {
		t.Errorf("one can choose %v, want %v", names, want)
	}
	for _, p := range d.Panels {
		for _, target := range p.Targets {
			all := selectors(t, filled.Replace(target.Expr))
			if n := strings.Count(target.Expr, chosen); n == 0 || n != all {
				t.Errorf("%s: %s: %d of %d selectors have %s", p.Title, target.Expr, n, all, chosen)
			}
		}
	}
}

// selectors counts the series that a query asks for.
func selectors(t *testing.T, query string) int {
	t.Helper()
	expr, err := promQL.ParseExpr(query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return len(parser.ExtractSelectors(expr))
}

func TestTheDashboardShowsEveryMetric(t *testing.T) {
	text := string(read(t, dashboardFile))
	for _, series := range readExported(t) {
		name := regexp.MustCompile(`_(bucket|sum|count)$`).ReplaceAllString(series["__name__"], "")
		if strings.HasPrefix(name, "imgroup_") && !strings.Contains(text, name) {
			t.Errorf("%s is nowhere", name)
		}
	}
}

func TestTheDashboardBelongsToNoInstance(t *testing.T) {
	var root map[string]any
	if err := json.Unmarshal(read(t, dashboardFile), &root); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"id", "version", "__inputs", "__requires"} {
		if _, ok := root[key]; ok {
			t.Errorf("it has %s, which an instance gives", key)
		}
	}
	d := readDashboard(t)
	if d.UID != "imgroup-operator" {
		t.Errorf("its address changes: uid is %q", d.UID)
	}
	var sources []*datasource
	for _, v := range d.Templating.List {
		if v.Type == "query" {
			sources = append(sources, v.Datasource)
		}
	}
	for _, p := range d.Panels {
		if p.Type != "row" {
			sources = append(sources, p.Datasource)
		}
	}
	for _, s := range sources {
		if s == nil || *s != (datasource{"prometheus", "${datasource}"}) {
			t.Errorf("a query goes to %v", s)
		}
	}
	if v := d.Templating.List[0]; v.Name != "datasource" || v.Type != "datasource" || v.Query != "prometheus" {
		t.Errorf("the first variable is %v", v)
	}
}

func TestPanelsHaveTheirOwnPlacesAndTitles(t *testing.T) {
	d, titles, places := readDashboard(t), map[string]bool{}, map[[2]int]string{}
	for _, p := range d.Panels {
		if titles[p.Title] || p.Title == "" {
			t.Errorf("%q is there twice, or no title", p.Title)
		}
		titles[p.Title] = true
		for x := p.GridPos.X; x < p.GridPos.X+p.GridPos.W; x++ {
			for y := p.GridPos.Y; y < p.GridPos.Y+p.GridPos.H; y++ {
				if other := places[[2]int{x, y}]; other != "" || x >= 24 {
					t.Fatalf("%q lies on %q or outside", p.Title, other)
				}
				places[[2]int{x, y}] = p.Title
			}
		}
		ids := map[string]bool{}
		if slices.ContainsFunc(p.Targets, func(q struct{ Expr, RefID string }) bool {
			twice := ids[q.RefID]
			ids[q.RefID] = true
			return twice || q.RefID == ""
		}) {
			t.Errorf("%q has queries without a refId of their own", p.Title)
		}
	}
}
