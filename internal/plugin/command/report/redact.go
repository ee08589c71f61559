// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package report

import (
	"encoding/json"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/event"
	"github.com/imgroup-operator/imgroup-operator/internal/plugin/changes"
)

// The types of this file are what a report has. They name what is let through; what they do not name stays here, also
// what a later version adds.

type condition struct {
	Type     string                 `json:"type"`
	Status   metav1.ConditionStatus `json:"status"`
	Reason   string                 `json:"reason"`
	Since    metav1.Time            `json:"since"`
	Observed int64                  `json:"observedGeneration"`
}

type app struct {
	Namespace  string            `json:"namespace"`
	Name       string            `json:"name"`
	Generation int64             `json:"generation"`
	Suspend    bool              `json:"suspend"`
	Unsigned   bool              `json:"allowUnsigned"`
	Rest       bool              `json:"rest"`
	Observed   int64             `json:"observedGeneration"`
	LastChange *metav1.MicroTime `json:"lastChangeTime,omitempty"`
	Groups     *int32            `json:"groups,omitempty"`
	Resync     *resync           `json:"resync,omitempty"`
	Conditions []condition       `json:"conditions"`
}

type resync struct {
	Start      *metav1.Time      `json:"startTime,omitempty"`
	Completion *metav1.Time      `json:"completionTime,omitempty"`
	Watermark  *metav1.MicroTime `json:"watermark,omitempty"`
	Done       *int32            `json:"groupsDone,omitempty"`
	Total      *int32            `json:"groupsTotal,omitempty"`
}

// group has no name: an IMGroup's name has the ID of its group in it.
type group struct {
	Number     int         `json:"number"`
	Namespace  string      `json:"namespace"`
	App        string      `json:"app"`
	State      string      `json:"state"`
	Clocks     []clock     `json:"clocks"`
	Conditions []condition `json:"conditions"`
}

type clock struct {
	Field string           `json:"field"`
	Time  metav1.MicroTime `json:"time"`
}

func appFrom(a *imv1alpha1.IMApp) app {
	r := app{Namespace: a.Namespace, Name: a.Name, Generation: a.Generation, Suspend: a.Spec.Suspend, Unsigned: a.Spec.Callback.AllowUnsigned,
		Rest: a.Spec.Rest != nil, Observed: a.Status.ObservedGeneration, LastChange: a.Status.LastChangeTime, Groups: a.Status.Groups,
		Conditions: conditionsFrom(a.Status.Conditions)}
	if s := a.Status.Resync; s != nil {
		r.Resync = &resync{Start: s.StartTime, Completion: s.CompletionTime, Watermark: s.Watermark, Done: s.GroupsDone, Total: s.GroupsTotal}
	}
	return r
}

func groupFrom(number int, g *imv1alpha1.IMGroup) group {
	r := group{Number: number, Namespace: g.Namespace, App: g.Spec.AppRef.Name, State: changes.StateOf(g), Clocks: []clock{}, Conditions: conditionsFrom(g.Status.Conditions)}
	for _, c := range changes.Clocks(g) {
		if strings.HasPrefix(c.Field, event.CustomPrefix) {
			c.Field = event.CustomPrefix + redacted
		}
		r.Clocks = append(r.Clocks, clock{c.Field, c.Time})
	}
	return r
}

// conditionsFrom leaves out messages, which quote groups and users.
func conditionsFrom(all []metav1.Condition) []condition {
	result := make([]condition, 0, len(all))
	for i := range all {
		c := &all[i]
		result = append(result, condition{c.Type, c.Status, c.Reason, c.LastTransitionTime, c.ObservedGeneration})
	}
	return result
}

const redacted = "(redacted)"

// loggable are the keys of the operator's log whose values nobody at Tencent chooses.
var loggable = map[string]bool{"time": true, "level": true, "msg": true, "logger": true, "reason": true, "outcome": true, "status": true,
	"suppressed": true, "retryIn": true, "events": true, "groups": true, "controller": true, "tls": true}

// logLine is a line of the operator's log, without what it quotes; "" where it is none.
func logLine(line []byte) string {
	var all map[string]any
	if json.Unmarshal(line, &all) != nil {
		return ""
	}
	for key := range all {
		if !loggable[key] {
			all[key] = redacted
		}
	}
	text, err := json.Marshal(all)
	if err != nil {
		return ""
	}
	return string(text) + "\n"
}
