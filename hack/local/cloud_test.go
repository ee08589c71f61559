// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

const testKey = "s3cr3t-key"

// newTestCloud tells nobody of its changes.
func newTestCloud(t *testing.T) *cloud {
	t.Helper()
	c, err := newCloud(t.Context(), testKey, "s3cr3t-token")
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(c)
	t.Cleanup(server.Close)
	c.url = server.URL
	return c
}

func nameOf(t *testing.T, c *cloud, id string) string {
	t.Helper()
	g, found := c.Group(id)
	if !found {
		t.Fatalf("there is no group %s", id)
	}
	return g.Name
}

// TestRESTCommandRenamesAGroup runs the printed command in a shell.
func TestRESTCommandRenamesAGroup(t *testing.T) {
	c := newTestCloud(t)
	file := filepath.Join(t.TempDir(), "it's a usersig")
	if err := c.saveUserSig(file); err != nil {
		t.Fatal(err)
	}
	command := c.restCommand(file)
	if strings.Contains(command, testKey) {
		t.Error("the command shows the key")
	}
	shell := exec.Command("sh", "-c", command)
	shell.Env = withStandIn(t)
	if text, err := shell.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	name := nameOf(t, c, tokyoGroup)
	if _, err := time.Parse("東京 "+time.TimeOnly, name); err != nil {
		t.Errorf("the group's name is %q", name)
	}
}

func TestUserSigIsGoodForAWeek(t *testing.T) {
	for age, want := range map[time.Duration]string{6 * 24 * time.Hour: `"ErrorCode":0`, 8 * 24 * time.Hour: `"ErrorCode":70001`} {
		c := newTestCloud(t)
		later := fakeim.NewCloud(fakeim.Config{SDKAppID: cloudSDKAppID, Key: testKey, Now: func() time.Time { return time.Now().Add(age) }})
		if _, err := later.Create(fakeim.Group{ID: tokyoGroup, Name: "n"}, fakeim.Somebody); err != nil {
			t.Fatal(err)
		}
		w := httptest.NewRecorder()
		later.ServeHTTP(w, httptest.NewRequest(http.MethodPost, c.modifyURL(c.userSig(), "1"), strings.NewReader(`{"GroupId":"`+tokyoGroup+`"}`)))
		if !strings.Contains(w.Body.String(), want) {
			t.Errorf("after %s the answer is %s, want %s", age, w.Body, want)
		}
	}
}

func TestRenameTellsWhatTheRESTAPIRefuses(t *testing.T) {
	c := newTestCloud(t)
	if err := c.rename(t.Context(), stranger, "n"); err == nil || !strings.Contains(err.Error(), "error 10010") {
		t.Errorf("the error is %v", err)
	}
}

// TestCallbacksAreSentUnlessTheWireIsCut also shows that the groups' beginnings were told to nobody.
func TestCallbacksAreSentUnlessTheWireIsCut(t *testing.T) {
	c := newTestCloud(t)
	taken := make(chan string, 10)
	operator := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		taken <- r.URL.Query().Get("CallbackCommand") + " " + r.URL.Query().Get("OptPlatform")
		_, _ = w.Write([]byte(`{"ActionStatus":"OK","ErrorCode":0}`))
	}))
	defer operator.Close()
	for _, cut := range []bool{true, false} {
		c.wire.cut.Store(cut)
		c.sender.URL = operator.URL
		name := map[bool]string{true: "one", false: "two"}[cut]
		if err := c.rename(t.Context(), tokyoGroup, name); err != nil {
			t.Fatal(err)
		}
		c.Settle(t.Context())
	}
	if got, stats := <-taken, c.Stats(); got != fakeim.CommandInfoChanged+" RESTAPI" || stats.Acknowledged != 1 || stats.Failed != len(cloudGroups)+1 {
		t.Errorf("taken is %s, %+v", got, stats)
	}
}

func TestDifference(t *testing.T) {
	g := cloudGroups[0]
	s := imv1alpha1.IMGroupStatus{Type: &g.Type, Name: &g.Name, Introduction: &g.Introduction, Notification: &g.Notification,
		FaceURL: &g.FaceURL, Owner: &g.Owner, CustomFields: map[string]string{customKey: "jp", "Gone": ""}}
	if got := difference(g, s); got != "" {
		t.Errorf("the same differs: %s", got)
	}
	s.CustomFields[customKey] = "eu"
	if got := difference(g, s); !strings.Contains(got, "custom fields") {
		t.Errorf("other custom fields: %q", got)
	}
	if s.Owner = nil; !strings.Contains(difference(g, s), `owner is -, in the cloud "tanaka"`) {
		t.Errorf("no owner: %q", difference(g, s))
	}
}

func TestAccessKeepsWhatSomebodyChanged(t *testing.T) {
	c, interval := newTestCloud(t), int32(60)
	spec := imv1alpha1.IMAppSpec{Rest: &imv1alpha1.IMAppREST{BaseURL: "http://127.0.0.1:1", ResyncIntervalSeconds: &interval}}
	c.access(&spec)
	if r := spec.Rest; r.BaseURL != c.url || r.AdminUserID != cloudAdmin || r.SecretKeySecretRef.Name != cloudSecret || *r.ResyncIntervalSeconds != 60 {
		t.Errorf("an earlier run's spec.rest became %+v", r)
	}
}
