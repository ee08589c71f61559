// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

func TestTheDocumentedExampleReachesTheStatus(t *testing.T) {
	ns := newNamespace(t)
	newApp(t, ns, "chat")
	o := startOperator(t, ns)
	reply, err := o.sender(ns, "chat").Send(t.Context(), fakeim.Body{
		"CallbackCommand": "Group.CallbackAfterGroupInfoChanged", "GroupId": "@TGS#2J4SZEAEL", "Type": "Public",
		"Operator_Account": "leckie", "Notification": "NewNotification", "EventTime": "1670574414123"})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(`{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0}`, string(reply.Raw)); diff != "" {
		t.Errorf("the answer: -want +got\n%s", diff)
	}
	eventually(t, "the IMGroup has the notification", func() error {
		g, ok := groups(t, ns)["@TGS#2J4SZEAEL"]
		if !ok || g.Status.LastChange == nil {
			return fmt.Errorf("no IMGroup, or without status")
		}
		return nil
	})
	g := groups(t, ns)["@TGS#2J4SZEAEL"]
	t.Logf("%+v", g)
	want := imv1alpha1.LastChange{Command: "Group.CallbackAfterGroupInfoChanged", Operator: "leckie", Platform: "", Fields: []string{"notification"},
		Source: imv1alpha1.SourceCallback, EventTime: g.Status.LastChange.EventTime}
	if diff := cmp.Diff(want, *g.Status.LastChange); diff != "" {
		t.Errorf("lastChange: -want +got\n%s", diff)
	}
}
