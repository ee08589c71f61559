// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package send

import (
	"cmp"
	"context"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/callback"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/changes"
)

// result is what send tells programs: what was sent, the answer, and with --wait what the IMGroups show then.
type result struct {
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
	Namespace string          `json:"namespace"`
	Name      string          `json:"name"`
	Clocks    []changes.Clock `json:"clocks"` // those of the callback's values
}

// structured prints one object for every answer; without an answer there is only the error.
func (t *trial) structured(ctx context.Context, wait bool) error {
	c := t.message
	answer, err := t.sender.Send(ctx, c)
	if err != nil {
		return unreachable(err)
	}
	r := &result{Namespace: t.app.Namespace, App: t.app.Name, URL: t.sender.URL, Signed: t.sender.Token != "", Command: c.Command, GroupID: c.GroupID,
		EventTime: metav1.NewMicroTime(c.EventTime.UTC()), Accepted: answer.OK(), Answer: answer,
		Milliseconds: answer.Duration.Milliseconds(), Explanation: callback.Explain(answer)}
	if err = refusal(answer); err == nil && wait {
		r.IMGroups, err = t.shown(ctx)
	}
	if err != nil {
		r.Error = err.Error()
	}
	return cmp.Or(t.Print(t.format, r), err)
}

func (t *trial) shown(ctx context.Context) (all []shownGroup, err error) {
	groups, err := t.awaitShown(ctx)
	for i := range groups {
		g := &groups[i]
		all = append(all, shownGroup{Namespace: g.Namespace, Name: g.Name, Clocks: clocksFor(g, t.message)})
	}
	return all, err
}

// clocksFor are the clocks of what a callback says, with the values that the IMGroup has.
func clocksFor(g *imv1alpha1.IMGroup, c *callback.Callback) []changes.Clock {
	all := []changes.Clock{}
	for _, v := range contents(c) {
		if clock := changes.ClockOf(g, v.field); clock != nil {
			all = append(all, *clock)
		}
	}
	return all
}
