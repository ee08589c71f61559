// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package status

import (
	"context"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/changes"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/cli"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/cluster"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/exit"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/operator"
)

// status is what the screen shows.
type status struct {
	Namespace string         `json:"namespace,omitempty"` // absent: all
	Pods      []operator.Pod `json:"pods,omitempty"`      // absent: not readable
	Skew      string         `json:"skew,omitempty"`
	Groups    groups         `json:"groups"`
	Apps      []appStatus    `json:"apps"`
}

// groups are IMGroups by state.
type groups struct {
	Total     int            `json:"total"`
	Exist     int            `json:"exist"`
	Disbanded int            `json:"disbanded"`
	Unknown   int            `json:"unknown"` // nothing was heard of them
	NotReady  map[string]int `json:"notReady,omitempty"`
}

// appStatus is an IMApp.
type appStatus struct {
	Namespace  string                   `json:"namespace"`
	Name       string                   `json:"name"`
	Ready      string                   `json:"ready"` // yes, or the reason why not
	Groups     int                      `json:"groups"`
	LastChange *metav1.MicroTime        `json:"lastChange,omitempty"`
	Rest       bool                     `json:"rest"` // resyncs are possible
	Resynced   string                   `json:"resynced,omitempty"`
	Resync     *imv1alpha1.ResyncStatus `json:"resync,omitempty"`
}

// read reads IMApps and IMGroups of a namespace, or of all with "". Without the right to see Pods they are left out.
func read(ctx context.Context, e *cli.Env, k *cluster.Cluster, namespace, operatorNamespace string) (*status, error) {
	s := &status{Namespace: namespace, Apps: []appStatus{}}
	var apps imv1alpha1.IMAppList
	if err := k.List(ctx, &apps, client.InNamespace(namespace)); err != nil {
		return nil, err
	}
	counted := map[client.ObjectKey]int{}
	err := k.EachGroup(ctx, namespace, func(g *imv1alpha1.IMGroup) bool {
		s.Groups.add(g)
		counted[client.ObjectKey{Namespace: g.Namespace, Name: g.Spec.AppRef.Name}]++
		return true
	})
	if err != nil {
		return nil, err
	}
	for i := range apps.Items {
		s.Apps = append(s.Apps, appFrom(&apps.Items[i], counted[client.ObjectKeyFromObject(&apps.Items[i])]))
	}
	pods, podsErr := operator.Pods(ctx, k, operatorNamespace)
	if ctx.Err() != nil {
		return nil, exit.ErrInterrupted
	}
	if podsErr != nil {
		e.Note("Pods are not shown: %v", podsErr)
	}
	s.Pods, s.Skew = pods, operator.Skew(pods, e.Version)
	return s, nil
}

func (all *groups) add(g *imv1alpha1.IMGroup) {
	all.Total++
	switch changes.StateOf(g) {
	case changes.Exists:
		all.Exist++
	case changes.Disbanded:
		all.Disbanded++
	default:
		all.Unknown++
	}
	if reason := notReady(g.Status.Conditions); reason != "" {
		if all.NotReady == nil {
			all.NotReady = map[string]int{}
		}
		all.NotReady[reason]++
	}
}

// notReady is the reason why, "" if it is ready.
func notReady(conditions []metav1.Condition) string {
	ready := meta.FindStatusCondition(conditions, imv1alpha1.ConditionReady)
	switch {
	case ready == nil:
		return "NoStatus"
	case ready.Status == metav1.ConditionTrue:
		return ""
	}
	return ready.Reason
}

func appFrom(app *imv1alpha1.IMApp, counted int) appStatus {
	a := appStatus{Namespace: app.Namespace, Name: app.Name, Ready: notReady(app.Status.Conditions), Groups: counted,
		LastChange: app.Status.LastChangeTime, Rest: app.Spec.Rest != nil, Resync: app.Status.Resync}
	switch {
	case app.Spec.Suspend:
		a.Ready = "suspended"
	case a.Ready == "":
		a.Ready = "yes"
	}
	if c := meta.FindStatusCondition(app.Status.Conditions, imv1alpha1.ConditionResynced); c != nil {
		a.Resynced = c.Reason
	}
	return a
}
