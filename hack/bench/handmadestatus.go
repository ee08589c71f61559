// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"slices"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
)

// handmadeFields each have an entry in fieldTimes. The last three are those that a change of the notification moves.
var handmadeFields = []string{"epoch", "faceURL", "introduction", "name", "owner", "alive", "notification", "type"}

// handmadeStatus has the texts of learnTemplate's group.
func handmadeStatus() map[string]any {
	at := handmadeTime(nextEventTime())
	times := make([]any, 0, len(handmadeFields))
	for _, f := range handmadeFields {
		times = append(times, map[string]any{"field": f, "eventTime": at, "source": "Callback"})
	}
	return map[string]any{
		"observedGeneration": int64(1), "sdkAppID": int64(sdkAppID), "type": "Public", "owner": "leckie", "name": templateName,
		"introduction": templateIntroduction, "faceURL": templateFaceURL, "notification": notice(anyEventTime),
		"fieldTimes": times,
		"lastChange": map[string]any{"eventTime": at, "command": "Group.CallbackAfterGroupInfoChanged", "operator": "leckie", "platform": platform,
			"fields": []any{"faceURL", "introduction", "name", "notification"}, "source": "Callback"},
		"conditions": []any{
			handmadeCondition("Ready", "True", "Tracking", "the operator tracks this group"),
			handmadeCondition("Synced", "True", "AllFieldsKnown", "name, introduction, notification and faceURL are known"),
			handmadeCondition("Destroyed", "False", "Exists", "the group exists"),
		},
	}
}

func handmadeCondition(kind, status, reason, message string) map[string]any {
	return map[string]any{"type": kind, "status": status, "reason": reason, "message": message, "observedGeneration": int64(1),
		"lastTransitionTime": time.Now().UTC().Format(time.RFC3339)}
}

// changeByHand gives an object a new notification, with its times.
func changeByHand(o *unstructured.Unstructured) {
	eventTime := nextEventTime()
	at, status := handmadeTime(eventTime), o.Object["status"].(map[string]any)
	status["notification"] = notice(eventTime)
	status["lastChange"].(map[string]any)["eventTime"] = at
	for _, t := range status["fieldTimes"].([]any) {
		if entry := t.(map[string]any); slices.Contains(handmadeFields[5:], entry["field"].(string)) {
			entry["eventTime"] = at
		}
	}
}

func handmadeTime(ms int64) string { return microTime(ms).Format(metav1.RFC3339Micro) }
