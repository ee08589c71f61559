// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package plugin

import (
	"cmp"
	"context"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/callback"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/changes"
)

// sendResult is what send tells programs: what was sent, the answer, and with --wait what the IMGroups show then.
type sendResult struct {
	Namespace    string           `json:"namespace"`
	App          string           `json:"app"`
	URL          string           `json:"url"`
	Signed       bool             `json:"signed"`
	Command      string           `json:"command"`
	GroupID      string           `json:"groupID"`
	EventTime    metav1.MicroTime `json:"eventTime"`
	Accepted     bool             `json:"accepted"`
	Answer       callback.Answer  `json:"answer"`
	Milliseconds int64            `json:"milliseconds"`
	Explanation  string           `json:"explanation"`
	IMGroups     []shownGroup     `json:"imGroups,omitempty"`
	Error        string           `json:"error,omitempty"` // as on stderr
}

// shownGroup is an IMGroup that has taken a callback.
type shownGroup struct {
	Namespace string      `json:"namespace"`
	Name      string      `json:"name"`
	Clocks    []clockTime `json:"clocks"` // those of the callback's values
}

// sendAsJSON prints one object for every answer; without an answer there is only the error.
func (p *plugin) sendAsJSON(ctx context.Context, k *cluster, app *imv1alpha1.IMApp, c *callback.Callback, s *callback.Sender, o *sendOptions) error {
	answer, err := s.Send(ctx, c)
	if err != nil {
		return unreachable(err)
	}
	r := &sendResult{Namespace: app.Namespace, App: app.Name, URL: s.URL, Signed: s.Token != "", Command: c.Command, GroupID: c.GroupID,
		EventTime: metav1.NewMicroTime(c.EventTime.UTC()), Accepted: answer.OK(), Answer: answer,
		Milliseconds: answer.Duration.Milliseconds(), Explanation: callback.Explain(answer)}
	if err = refusal(answer); err == nil && o.wait {
		r.IMGroups, err = p.shownAsJSON(ctx, k, app, c, o)
	}
	if err != nil {
		r.Error = err.Error()
	}
	return cmp.Or(p.printJSON(r), err)
}

func (p *plugin) shownAsJSON(ctx context.Context, k *cluster, app *imv1alpha1.IMApp, c *callback.Callback, o *sendOptions) (all []shownGroup, err error) {
	groups, err := p.awaitShown(ctx, k, app, c, o.timeout)
	for i := range groups {
		g := &groups[i]
		all = append(all, shownGroup{Namespace: g.Namespace, Name: g.Name, Clocks: clocksFor(g, c)})
	}
	return all, err
}

// clocksFor are the clocks of what a callback says, with the values that the IMGroup has.
func clocksFor(g *imv1alpha1.IMGroup, c *callback.Callback) []clockTime {
	all := []clockTime{}
	for _, v := range contents(c) {
		for _, f := range g.Status.FieldTimes {
			if f.Field == v.field {
				all = append(all, clockTime{Field: f.Field, Time: f.EventTime, Source: f.Source, Value: changes.Value(g, f.Field)})
			}
		}
	}
	return all
}
