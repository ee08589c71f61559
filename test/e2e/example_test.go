// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	eventsv1 "k8s.io/api/events/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

const okAnswer = `{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0}`

// documentedExample is the sample body of Tencent's page, with its time in a string.
var documentedExample = fakeim.Body{
	"CallbackCommand": "Group.CallbackAfterGroupInfoChanged", "GroupId": "@TGS#2J4SZEAEL", "Type": "Public",
	"Operator_Account": "leckie", "Notification": "NewNotification", "EventTime": "1670574414123"}

func TestTheDocumentedExampleReachesTheStatus(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	newApp(t, ns, "chat")
	o := startOperator(t, ns)
	reply, err := o.sender(ns, "chat").Send(t.Context(), documentedExample)
	if err != nil || reply.HTTPStatus != 200 || string(reply.Raw) != okAnswer || reply.Header.Get("Content-Type") != "application/json" {
		t.Errorf("answered HTTP %d %s %s, %v", reply.HTTPStatus, reply.Header.Get("Content-Type"), reply.Raw, err)
	}
	g := awaitGroup(t, ns, "@TGS#2J4SZEAEL", "has the notification", func(g imv1alpha1.IMGroup) error {
		return is("the notification", g.Status.Notification, "NewNotification")
	})
	at := metav1.NewMicroTime(time.UnixMilli(1670574414123))
	kind, notification := "Public", "NewNotification"
	want := imv1alpha1.IMGroupStatus{
		ObservedGeneration: 1, SDKAppID: sdkAppID, Type: &kind, Notification: &notification,
		FieldTimes: map[string]imv1alpha1.EventTime{"alive": {MicroTime: at}, "notification": {MicroTime: at}, "type": {MicroTime: at}},
		LastChange: &imv1alpha1.LastChange{Command: "Group.CallbackAfterGroupInfoChanged", Operator: "leckie", Platform: "Web",
			Fields: []string{"notification"}, EventTime: at, Source: imv1alpha1.SourceCallback},
	}
	if diff := cmp.Diff(want, g.Status, cmpopts.IgnoreFields(imv1alpha1.IMGroupStatus{}, "Conditions")); diff != "" {
		t.Errorf("the status (-want +got):\n%s", diff)
	}
	conditions := []string{"Ready=True/Tracking", "Synced=False/Partial"}
	if diff := cmp.Diff(conditions, conditionsOf(g.Status.Conditions)); diff != "" {
		t.Errorf("the conditions (-want +got):\n%s", diff)
	}
	checkTimesKeepMilliseconds(t, ns, g.Name)
	awaitEvent(t, ns, "NotificationChanged", `notification changed to "NewNotification" by "leckie" from "Web"`)
	checkAudit(t, o)
}

// checkTimesKeepMilliseconds looks at the times as they are stored.
func checkTimesKeepMilliseconds(t *testing.T, namespace, name string) {
	t.Helper()
	g := newUnstructured(imv1alpha1.GroupVersion.WithKind("IMGroup"))
	if err := world.admin.Get(t.Context(), client.ObjectKey{Namespace: namespace, Name: name}, g); err != nil {
		t.Fatal(err)
	}
	if text := fmt.Sprint(g.Object["status"]); strings.Count(text, ":2022-12-09T08:26:54.123000Z") != 4 {
		t.Errorf("want four times with milliseconds in %s", text)
	}
}

// awaitEvent waits for a Kubernetes Event.
func awaitEvent(t *testing.T, namespace, reason, note string) {
	t.Helper()
	eventually(t, "the Event "+reason, func() error {
		var list eventsv1.EventList
		if err := world.admin.List(t.Context(), &list, client.InNamespace(namespace)); err != nil {
			return err
		}
		var got []string
		for _, e := range list.Items {
			got = append(got, e.Reason+": "+e.Note)
		}
		if !slices.Contains(got, reason+": "+note) {
			return fmt.Errorf("got %q", got)
		}
		return nil
	})
}

// checkAudit looks for the audit line of the example.
func checkAudit(t *testing.T, o *operator) {
	t.Helper()
	for _, part := range []string{`"audit":"callback"`, `"groupID":"@TGS#2J4SZEAEL"`, `"operator":"leckie"`, `"clientIP":"203.0.113.7"`, `"fields":["notification"]`} {
		eventually(t, "the audit line has "+part, func() error {
			if !strings.Contains(o.Said(), part) {
				return fmt.Errorf("not in the log")
			}
			return nil
		})
	}
}
