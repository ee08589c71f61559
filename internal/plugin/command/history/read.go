// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package history

import (
	"context"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/changes"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/cli"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/cluster"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/events"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/exit"
)

// history is all that is known.
type history struct {
	Namespace  string                   `json:"namespace"`
	Name       string                   `json:"name"`
	App        string                   `json:"app"`
	GroupID    string                   `json:"groupID"`
	State      string                   `json:"state"` // unknown, exists or disbanded
	Clocks     []changes.Clock          `json:"clocks"`
	LastChange *imv1alpha1.LastChange   `json:"lastChange,omitempty"`
	Requested  string                   `json:"resyncRequested,omitempty"` // of this group, by the annotation
	Resync     *imv1alpha1.ResyncStatus `json:"appResync,omitempty"`       // of all groups of the IMApp
	Conditions []metav1.Condition       `json:"conditions"`
	Events     []events.Event           `json:"events"`
}

func read(ctx context.Context, e *cli.Env, arg string) (*history, error) {
	k, err := e.Connect()
	if err != nil {
		return nil, err
	}
	g, err := k.Group(ctx, arg)
	if err != nil {
		return nil, err
	}
	h := &history{Namespace: g.Namespace, Name: g.Name, App: g.Spec.AppRef.Name, GroupID: g.Spec.GroupID, State: changes.StateOf(g),
		Clocks: changes.Clocks(g), LastChange: g.Status.LastChange, Conditions: append([]metav1.Condition{}, g.Status.Conditions...),
		Requested: g.Annotations[imv1alpha1.AnnotationResyncRequestedAt]}
	return h, addMore(ctx, e, k, g, h)
}

// addMore adds what needs more rights. Without them something is better than nothing.
func addMore(ctx context.Context, e *cli.Env, k *cluster.Cluster, g *imv1alpha1.IMGroup, h *history) error {
	app, appErr := k.App(ctx, g.Spec.AppRef.Name)
	seen, eventsErr := events.Of(ctx, k, g)
	if ctx.Err() != nil {
		return exit.ErrInterrupted
	}
	h.Events = seen
	if appErr == nil {
		h.Resync = app.Status.Resync
	} else {
		e.Note("Resyncs are not shown: %v", appErr)
	}
	if eventsErr != nil {
		e.Note("Events are not shown: %v", eventsErr)
	}
	return nil
}
