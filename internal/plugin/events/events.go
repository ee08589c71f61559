// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

// Package events reads the Events of an object.
package events

import (
	"context"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/cluster"
)

// Event is what people read of one.
type Event struct {
	Time   metav1.MicroTime `json:"time"`
	Type   string           `json:"type"`
	Reason string           `json:"reason"`
	Note   string           `json:"note"`
}

// Of are the Events of an IMGroup, the newest last.
func Of(ctx context.Context, k *cluster.Cluster, g *imv1alpha1.IMGroup) ([]Event, error) {
	var list corev1.EventList
	err := k.List(ctx, &list, client.InNamespace(g.Namespace), client.MatchingFields{"involvedObject.uid": string(g.UID)})
	all := make([]Event, 0, len(list.Items))
	for i := range list.Items {
		e := &list.Items[i]
		all = append(all, Event{Time: timeOf(e), Type: e.Type, Reason: e.Reason, Note: e.Message})
	}
	slices.SortStableFunc(all, func(a, b Event) int { return a.Time.Compare(b.Time.Time) })
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
