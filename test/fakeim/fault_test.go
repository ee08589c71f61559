// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package fakeim_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

func newServer(t *testing.T, h http.Handler) string {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL
}

func TestFaultsApplyInTurnAndAreUsedUp(t *testing.T) {
	cloud, now := newCloud()
	remove := cloud.Inject(fakeim.Expired)
	twice := fakeim.WrongHost
	twice.Command, twice.Times = "get_group_info", 2
	cloud.Inject(twice)
	get := func(command string) int {
		return code(call(t, cloud, command, query(now.Now()), fakeim.Body{"GroupIdList": []string{"g"}}))
	}
	if got := get("get_group_info"); got != fakeim.CodeExpired {
		t.Errorf("the oldest fault gives %d", got)
	}
	remove()
	if got := get("get_appid_group_list"); got != 0 {
		t.Errorf("another command gives %d", got)
	}
	for i, want := range []int{fakeim.CodeUnknownApp, fakeim.CodeUnknownApp, 0} {
		if got := get("get_group_info"); got != want {
			t.Errorf("request %d gives %d, want %d", i, got, want)
		}
	}
	if got := cloud.Calls("get_group_info"); got != 4 {
		t.Errorf("%d calls were counted, faults among them", got)
	}
}

func TestAFaultAnswersAnything(t *testing.T) {
	cloud, _ := newCloud()
	cloud.Inject(fakeim.Fault{Status: http.StatusTeapot, Header: http.Header{"Retry-After": {"7"}, "Date": nil}, Body: []byte("tea")})
	w := httptest.NewRecorder()
	cloud.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/", nil))
	if w.Code != http.StatusTeapot || w.Body.String() != "tea" || w.Header().Get("Retry-After") != "7" || w.Header().Get("Date") != "" {
		t.Errorf("%d %v %s", w.Code, w.Header(), w.Body)
	}
}

func TestBrokenAndHangingConnections(t *testing.T) {
	cloud, _ := newCloud()
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	for name, client := range map[string]struct {
		*http.Client
		url string
	}{
		"network": {&http.Client{}, newServer(t, cloud)},
		"memory":  {&http.Client{Transport: fakeim.InMemory(cloud)}, "http://cloud"},
	} {
		remove := cloud.Inject(fakeim.Down)
		response, err := client.Post(client.url, "", strings.NewReader("{}"))
		if err == nil {
			_ = response.Body.Close()
			t.Errorf("%s: a cloud that is down answers %d", name, response.StatusCode)
		}
		remove()
		remove = cloud.Inject(fakeim.Fault{Hang: true})
		request, _ := http.NewRequestWithContext(ended, http.MethodPost, client.url, nil)
		if response, err := client.Do(request); err == nil {
			_ = response.Body.Close()
			t.Errorf("%s: a cloud that hangs answers %d", name, response.StatusCode)
		}
		remove()
	}
}
