// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/changes"
)

// States of a group, of which the first that holds is told.
const (
	stateFailing   = "failing"   // the operator does not track it
	stateDisbanded = "disbanded" //
	stateWaiting   = "waiting"   // nothing was heard of it
	statePartial   = "partial"   // not all texts are known
	stateSynced    = "synced"
)

// row is a group in the table. Times are milliseconds since 1970, texts those of chat users as they are.
type row struct {
	Key       string   `json:"key"`
	Namespace string   `json:"namespace"`
	Object    string   `json:"object"` // the IMGroup's name
	App       string   `json:"app"`
	ID        string   `json:"id"`
	Name      *string  `json:"name"` // absent: not known
	Type      *string  `json:"type"`
	Owner     *string  `json:"owner"`
	Face      *string  `json:"face"`
	State     string   `json:"state"`
	Reason    string   `json:"reason,omitempty"` // of failing
	Changed   int64    `json:"changed"`          // 0: never
	By        string   `json:"by,omitempty"`
	Platform  string   `json:"platform,omitempty"`
	Fields    []string `json:"fields,omitempty"`
	Resync    bool     `json:"resync,omitempty"` // found the change
}

func rowFrom(g *imv1alpha1.IMGroup) row {
	s := &g.Status
	r := row{Key: client.ObjectKeyFromObject(g).String(), Namespace: g.Namespace, Object: g.Name, App: g.Spec.AppRef.Name, ID: g.Spec.GroupID,
		Name: s.Name, Type: s.Type, Owner: s.Owner, Face: s.FaceURL}
	r.State, r.Reason = stateOf(g)
	if c := s.LastChange; c != nil {
		r.Changed, r.By, r.Platform, r.Fields = c.EventTime.UnixMilli(), c.Operator, c.Platform, c.Fields
		r.Resync = c.Source == imv1alpha1.SourceREST
	}
	return r
}

func stateOf(g *imv1alpha1.IMGroup) (state, reason string) {
	ready := meta.FindStatusCondition(g.Status.Conditions, imv1alpha1.ConditionReady)
	switch known := changes.StateOf(g); {
	case ready != nil && ready.Status == metav1.ConditionFalse:
		return stateFailing, ready.Reason
	case known == changes.Disbanded:
		return stateDisbanded, ""
	case known == changes.Unknown || ready == nil:
		return stateWaiting, ""
	case !meta.IsStatusConditionTrue(g.Status.Conditions, imv1alpha1.ConditionSynced):
		return statePartial, ""
	}
	return stateSynced, ""
}

// app is an IMApp.
type app struct {
	Namespace string  `json:"namespace"`
	Name      string  `json:"name"`
	SDKAppID  int64   `json:"sdkAppID"`
	Suspended bool    `json:"suspended,omitempty"`
	Unsigned  bool    `json:"unsigned,omitempty"`
	Wrong     []wrong `json:"wrong,omitempty"`
}

// wrong is a condition that is not as it should be.
type wrong struct {
	Type    string `json:"type"`
	Reason  string `json:"reason"`
	Message string `json:"message"`
}

func appFrom(a *imv1alpha1.IMApp) app {
	result := app{Namespace: a.Namespace, Name: a.Name, SDKAppID: a.Spec.SDKAppID, Suspended: a.Spec.Suspend, Unsigned: a.Spec.Callback.AllowUnsigned}
	ready := meta.FindStatusCondition(a.Status.Conditions, imv1alpha1.ConditionReady)
	if ready == nil {
		result.Wrong = append(result.Wrong, wrong{Type: imv1alpha1.ConditionReady, Reason: "NoStatus"})
	}
	for _, c := range a.Status.Conditions {
		bad := metav1.ConditionFalse
		if c.Type == imv1alpha1.ConditionNameConflict {
			bad = metav1.ConditionTrue
		}
		switch c.Type {
		case imv1alpha1.ConditionReady, imv1alpha1.ConditionResynced, imv1alpha1.ConditionNameConflict:
			if c.Status == bad {
				result.Wrong = append(result.Wrong, wrong{c.Type, c.Reason, c.Message})
			}
		}
	}
	return result
}
