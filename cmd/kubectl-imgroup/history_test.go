// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

func TestHistory(t *testing.T) {
	declare(t, "chat", "support", "history", "@TGS#2HISTORY")
	for i, step := range []struct {
		events int // after it
		body   fakeim.Body
	}{
		{2, fakeim.Created("@TGS#2HISTORY", nil, "leckie", "Operations")},
		{4, fakeim.InfoChanged("@TGS#2HISTORY", nil, fakeim.Body{"Introduction": "On-call coordination", "FaceUrl": ""})},
		{5, fakeim.InfoChanged("@TGS#2HISTORY", nil, fakeim.Body{"Notification": "本日22時からメンテナンスを行います。ログインし直してください。\x1b[31m", "UserDefinedDataList": fakeim.CustomFields("Region", "日本")})},
		{6, fakeim.InfoChanged("@TGS#2HISTORY", nil, fakeim.Body{"Name": "運用チーム"})},
	} {
		told(t, "chat", "support", appID, world.hourAgo.Add(time.Duration(i-3)*time.Hour), step.body)
		happened(t, "history", step.events)
	}
	look(t, "history", 0, "history", "history", "-n", "chat")
	p := run(t, least, 0, "history", "history", "-n", "chat")
	golden(t, "history-40", p, p.out.String())
	p = run(t, pipe, 0, "history", "imgroup/history", "-n", "chat", "-o", "json")
	golden(t, "history-json", p, p.out.String())
	declare(t, "chat", "support", "unknown", "@TGS#2UNKNOWN")
	look(t, "history-unknown", 0, "history", "unknown", "-n", "chat")
}

// happened waits until an IMGroup has so many Events at least, so that their order is known.
func happened(t *testing.T, name string, n int) {
	t.Helper()
	eventually(t, fmt.Sprint(n, " Events"), func() error {
		var list corev1.EventList
		err := world.admin.List(t.Context(), &list, client.InNamespace("chat"), client.MatchingFields{"involvedObject.name": name})
		if err == nil && len(list.Items) < n {
			err = fmt.Errorf("%d Events", len(list.Items))
		}
		return err
	})
}
