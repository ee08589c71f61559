// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package plugin

import (
	"context"
	"slices"
	"time"

	"github.com/spf13/cobra"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/changes"
)

const historyHelp = `Show what an IMGroup knows of its past, the newest last: when each value was set and how that was learned, the
clocks of the group (epoch: its newest beginning; alive: its newest sign of life; destroyed: its newest end), the
newest change, resyncs, and the Events that are still there.

There is no complete history: the IMGroup holds the newest state, Events are samples that the cluster forgets after an
hour or so.`

const historyExample = `  kubectl imgroup history announcements -n im

  # When was the notification set?
  kubectl imgroup history announcements -o json | jq -r '.clocks[] | select(.field == "notification") | .time'`

// history is all that is known.
type history struct {
	Namespace  string                   `json:"namespace"`
	Name       string                   `json:"name"`
	App        string                   `json:"app"`
	GroupID    string                   `json:"groupID"`
	State      string                   `json:"state"` // unknown, exists or disbanded
	Clocks     []clockTime              `json:"clocks"`
	LastChange *imv1alpha1.LastChange   `json:"lastChange,omitempty"`
	Requested  string                   `json:"resyncRequested,omitempty"` // of this group, by the annotation
	Resync     *imv1alpha1.ResyncStatus `json:"appResync,omitempty"`       // of all groups of the IMApp
	Conditions []metav1.Condition       `json:"conditions"`
	Events     []happening              `json:"events"`
}

// clockTime is one clock with the value that it is of, if it is of one.
type clockTime struct {
	Field  string            `json:"field"`
	Time   metav1.MicroTime  `json:"time"`
	Source imv1alpha1.Source `json:"source"`
	Value  *string           `json:"value,omitempty"`
}

// happening is an Event.
type happening struct {
	Time   metav1.MicroTime `json:"time"`
	Type   string           `json:"type"`
	Reason string           `json:"reason"`
	Note   string           `json:"note"`
}

func (p *plugin) historyCommand() *cobra.Command {
	var format output
	c := &cobra.Command{
		Use:               "history IMGROUP",
		Short:             "Show a group's clocks and Events",
		Long:              historyHelp,
		Example:           historyExample,
		Args:              arguments(cobra.ExactArgs(1)),
		ValidArgsFunction: p.names(groupNames, 1),
		RunE: func(c *cobra.Command, args []string) error {
			h, err := p.history(c.Context(), args[0])
			switch {
			case err != nil:
				return err
			case format == outputJSON:
				return p.printJSON(h)
			}
			return p.printHistory(h)
		},
	}
	format.addTo(c, "json for programs")
	return c
}

func (p *plugin) history(ctx context.Context, arg string) (*history, error) {
	k, err := p.connect()
	if err != nil {
		return nil, err
	}
	g, err := k.group(ctx, arg)
	if err != nil {
		return nil, err
	}
	h := &history{Namespace: g.Namespace, Name: g.Name, App: g.Spec.AppRef.Name, GroupID: g.Spec.GroupID, State: stateOf(g),
		Clocks: clocksOf(g), LastChange: g.Status.LastChange, Conditions: append([]metav1.Condition{}, g.Status.Conditions...),
		Requested: g.Annotations[imv1alpha1.AnnotationResyncRequestedAt]}
	return h, p.addMore(ctx, k, g, h)
}

// addMore adds what needs more rights. Without them something is better than nothing.
func (p *plugin) addMore(ctx context.Context, k *cluster, g *imv1alpha1.IMGroup, h *history) error {
	app, appErr := k.app(ctx, g.Spec.AppRef.Name)
	events, eventsErr := k.eventsOf(ctx, g)
	if ctx.Err() != nil {
		return errInterrupted
	}
	h.Events = events
	if appErr == nil {
		h.Resync = app.Status.Resync
	} else {
		p.note("Resyncs are not shown: %v", appErr)
	}
	if eventsErr != nil {
		p.note("Events are not shown: %v", eventsErr)
	}
	return nil
}

// group reads an IMGroup, which may be written as imgroup/NAME.
func (c *cluster) group(ctx context.Context, arg string) (*imv1alpha1.IMGroup, error) {
	name, err := nameOf(arg, kindGroup)
	if err != nil {
		return nil, err
	}
	g := &imv1alpha1.IMGroup{}
	return g, c.Get(ctx, client.ObjectKey{Namespace: c.namespace, Name: name}, g)
}

func stateOf(g *imv1alpha1.IMGroup) string {
	switch {
	case len(g.Status.FieldTimes) == 0:
		return "unknown"
	case g.Status.DestroyedTime != nil:
		return changes.Disbanded
	}
	return changes.Exists
}

func clocksOf(g *imv1alpha1.IMGroup) []clockTime {
	all := make([]clockTime, 0, len(g.Status.FieldTimes))
	for _, f := range g.Status.FieldTimes {
		all = append(all, clockTime{Field: f.Field, Time: f.EventTime, Source: f.Source, Value: changes.Value(g, f.Field)})
	}
	slices.SortStableFunc(all, func(a, b clockTime) int { return a.Time.Compare(b.Time.Time) })
	return all
}

// eventsOf are the Events of an IMGroup, the newest last.
func (c *cluster) eventsOf(ctx context.Context, g *imv1alpha1.IMGroup) ([]happening, error) {
	var list corev1.EventList
	err := c.List(ctx, &list, client.InNamespace(g.Namespace), client.MatchingFields{"involvedObject.uid": string(g.UID)})
	all := make([]happening, 0, len(list.Items))
	for i := range list.Items {
		e := &list.Items[i]
		all = append(all, happening{Time: timeOf(e), Type: e.Type, Reason: e.Reason, Note: e.Message})
	}
	slices.SortStableFunc(all, func(a, b happening) int { return a.Time.Compare(b.Time.Time) })
	return all, err
}

// timeOf is when an Event happened last; which of its fields says so depends on who wrote it.
func timeOf(e *corev1.Event) metav1.MicroTime {
	newest := e.EventTime.Time
	for _, t := range []time.Time{e.LastTimestamp.Time, e.FirstTimestamp.Time} {
		if t.After(newest) {
			newest = t
		}
	}
	if e.Series != nil && e.Series.LastObservedTime.After(newest) {
		newest = e.Series.LastObservedTime.Time
	}
	return metav1.NewMicroTime(newest)
}
