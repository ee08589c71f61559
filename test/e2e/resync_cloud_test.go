// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package e2e

import (
	"fmt"
	"maps"
	"net/http/httptest"
	"slices"
	"testing"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

const (
	cloudKey = "5bd2850fff3ecb11d7c805251c51ee463a25727bddc2385f3fa8bfee1bb93b5e"
	custom   = "Level" // the custom field that resyncs ask for
)

// cloud is a fake Tencent Cloud Chat behind an address.
type cloud struct {
	*fakeim.Cloud
	url string
}

// newCloud serves an application's REST API. Where its callbacks go is set before the first change.
func newCloud(t *testing.T, c fakeim.Config) *cloud {
	t.Helper()
	c.SDKAppID, c.Key = sdkAppID, cloudKey
	fake := fakeim.NewCloud(c)
	server := httptest.NewServer(fake)
	t.Cleanup(server.Close)
	return &cloud{Cloud: fake, url: server.URL}
}

// allowed is the flag that lets an operator call it.
func (c *cloud) allowed() string { return "--rest-allowed-hosts=" + c.url }

// rest lets an IMApp use it. Without an interval it is asked on demand only.
func (c *cloud) rest(t *testing.T, namespace string, edit ...func(*imv1alpha1.IMAppREST)) func(*imv1alpha1.IMAppSpec) {
	t.Helper()
	newSecret(t, namespace, "rest", map[string]string{"secretKey": cloudKey})
	var onDemand, rate int32 = 0, 200
	return func(s *imv1alpha1.IMAppSpec) {
		s.Rest = &imv1alpha1.IMAppREST{BaseURL: c.url, AdminUserID: "administrator", SecretKeySecretRef: imv1alpha1.SecretReference{Name: "rest"},
			ResyncIntervalSeconds: &onDemand, QueriesPerSecond: &rate, CustomFieldKeys: []string{custom}}
		for _, f := range edit {
			f(s.Rest)
		}
	}
}

func every(seconds int32) func(*imv1alpha1.IMAppREST) {
	return func(r *imv1alpha1.IMAppREST) { r.ResyncIntervalSeconds = &seconds }
}

// fill creates groups with all of their texts.
func (c *cloud) fill(t *testing.T, n int) {
	t.Helper()
	for i := range n {
		g := fakeim.Group{ID: fmt.Sprintf("ops-%04d", i), Name: fmt.Sprintf("group %d", i), Introduction: "on-call 運用", Owner: "leckie",
			Notification: fmt.Sprint("maintenance at ", i), FaceURL: "https://cdn.example.com/face.png", Custom: map[string]string{custom: "1"}}
		if _, err := c.Create(g, fakeim.Somebody); err != nil {
			t.Fatal(err)
		}
	}
}

// resync asks for a full resync and waits for its end.
func resync(t *testing.T, namespace, app string) {
	t.Helper()
	request := fmt.Sprint("test-", requests.Add(1))
	update(t, ref(getApp(t, namespace, app)), func(a *imv1alpha1.IMApp) { annotate(a, request) })
	eventually(t, "the resync is done", func() error {
		a := getApp(t, namespace, app)
		if s := a.Status.Resync; s == nil || s.LastHandledRequest != request || s.CompletionTime == nil {
			return fmt.Errorf("status.resync is %+v", s)
		}
		return hasConditions(a.Status.Conditions, "Resynced=True/ResyncCompleted")
	})
}

// sameAsCloud holds every IMGroup against the group in the cloud, field by field.
func (c *cloud) sameAsCloud(groups []imv1alpha1.IMGroup) error {
	want, got := map[string][]string{}, map[string][]string{}
	for _, g := range c.Groups() {
		want[g.ID] = []string{g.Name, g.Introduction, g.Notification, g.FaceURL, g.Owner, g.Type, fmt.Sprint(sorted(g.Custom))}
	}
	for _, g := range groups {
		s := g.Status
		if s.DestroyedTime != nil {
			continue
		}
		fields := map[string]string{}
		for key, value := range s.CustomFields {
			if value != "" {
				fields[key] = value
			}
		}
		got[g.Spec.GroupID] = []string{text(s.Name), text(s.Introduction), text(s.Notification), text(s.FaceURL), text(s.Owner), text(s.Type), fmt.Sprint(sorted(fields))}
	}
	return differs(want, got)
}

func sorted(m map[string]string) []string {
	var all []string
	for _, k := range slices.Sorted(maps.Keys(m)) {
		all = append(all, k+"="+m[k])
	}
	return all
}

func text(s *string) string {
	if s == nil {
		return "(not known)"
	}
	return *s
}
