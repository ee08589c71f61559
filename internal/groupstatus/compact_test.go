// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package groupstatus

import (
	"encoding/json"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/event"
)

// received is an IMGroup as it comes from the API server, with all that a usual group has.
func received(tb testing.TB, i int) *imv1alpha1.IMGroup {
	tb.Helper()
	g := created(fmt.Sprintf("@TGS#%08d", i))
	g.UID, g.ResourceVersion = "138fce11-15d7-4535-8862-ff2b6735b957", fmt.Sprint(i)
	g.OwnerReferences[0].UID = g.UID
	state := event.NewState(event.Created, at(1670574414123), values("name", fmt.Sprintf("group %d", i), "notification", "Maintenance at 22:00",
		"introduction", "On-call coordination", "faceURL", "https://cdn.example.com/face/ops.png", "type", "Public", "owner", "leckie"))
	SetState(&g.Status, appID, state, nil)
	SetConditions(g, state, true)
	b, err := json.Marshal(g)
	if err != nil {
		tb.Fatal(err)
	}
	out := &imv1alpha1.IMGroup{}
	if err := json.Unmarshal(b, out); err != nil {
		tb.Fatal(err)
	}
	return out
}

func TestCompactingKeepsAllButTheLargeTexts(t *testing.T) {
	want := received(t, 1)
	for _, text := range []*string{want.Status.Introduction, want.Status.Notification, want.Status.FaceURL} {
		*text = digest(*text)
	}
	got := received(t, 1)
	for range 2 { // as what comes from the cache may be compacted again
		Compact(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
	}
}
