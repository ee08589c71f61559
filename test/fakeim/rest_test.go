// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package fakeim_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

func TestARequestIsCheckedFromTheOutsideIn(t *testing.T) {
	cloud, now := newCloud()
	sig := func(key, identifier string, app int64, at time.Time) string {
		return fakeim.UserSig(key, identifier, app, at, 3600)
	}
	for _, row := range []struct {
		name   string
		change []string
		want   int
	}{
		{"all right", nil, 0},
		{"no number as sdkappid", []string{"sdkappid", "x"}, fakeim.CodeSDKAppID},
		{"another sdkappid", []string{"sdkappid", "7"}, fakeim.CodeUnknownApp},
		{"a random of 33 bits", []string{"random", "4294967296"}, fakeim.CodeURL},
		{"an empty usersig", []string{"usersig", ""}, fakeim.CodeNoSig},
		{"an invalid usersig", []string{"usersig", "x"}, fakeim.CodeBadSig},
		{"a usersig in plain base64", []string{"usersig", "eJw="}, fakeim.CodeBadSig},
		{"another key", []string{"usersig", sig("other", "administrator", appID, now.Now())}, fakeim.CodeWrongKey},
		{"another identifier's usersig", []string{"usersig", sig(key, "leckie", appID, now.Now())}, fakeim.CodeOtherID},
		{"another application's usersig", []string{"usersig", sig(key, "administrator", 7, now.Now())}, fakeim.CodeOtherApp},
		{"a second to live", []string{"usersig", sig(key, "administrator", appID, now.Now().Add(-3599*time.Second))}, 0},
		{"expired", []string{"usersig", sig(key, "administrator", appID, now.Now().Add(-3600*time.Second))}, fakeim.CodeExpired},
		{"an ordinary user", []string{"identifier", "leckie", "usersig", sig(key, "leckie", appID, now.Now())}, fakeim.CodeNotAdmin},
	} {
		t.Run(row.name, func(t *testing.T) {
			now.Add(time.Millisecond)
			answer := call(t, cloud, "get_group_info", query(now.Now(), row.change...), fakeim.Body{"GroupIdList": []string{"g"}})
			if code(answer) != row.want {
				t.Errorf("%v, want %d", answer, row.want)
			}
		})
	}
	without := query(now.Now())
	without.Del("sdkappid")
	if got := code(call(t, cloud, "get_group_info", without, fakeim.Body{})); got != fakeim.CodeNoSDKAppID {
		t.Errorf("no sdkappid gives %d", got)
	}
	if got := code(call(t, cloud, "get_group", query(now.Now()), fakeim.Body{})); got != fakeim.CodeCommand {
		t.Errorf("an unknown command gives %d", got)
	}
	if got := code(call(t, cloud, "get_group_info", query(now.Now()), []byte(""))); got != fakeim.CodeJSON {
		t.Errorf("an empty body gives %d", got)
	}
}

func TestThePublicUserSigIsAccepted(t *testing.T) {
	const sig = "eJyrVgrxCdYrSy1SslIy0jNQ0gHzM1NS80oy0zLBwjDB4pTsxIKCzBQlK0MTAyiAyKRWFGQWpQLFTU1NjeCiJZm5YDEzS0tDAyOYaHFmOtBM54KsUqeUwGLLqPK8UndHryCL-Lx8-1RPy7Ty1AijMk9f30hLk0x-r3CvSFulWgAPYy*9"
	now := time.Unix(1569910200, 0)
	cloud := fakeim.NewCloud(fakeim.Config{SDKAppID: appID, Key: key, Admin: "0", Now: func() time.Time { return now }})
	answer := call(t, cloud, "get_appid_group_list", query(now, "identifier", "0", "usersig", sig), fakeim.Body{})
	if code(answer) != 0 {
		t.Errorf("%v", answer)
	}
}

func TestPagesOfTheList(t *testing.T) {
	cloud, now := newCloud()
	for i := range 5 {
		if _, err := cloud.Create(fakeim.Group{ID: fmt.Sprint("g", i), Name: "n"}, fakeim.Somebody); err != nil {
			t.Fatal(err)
		}
	}
	var pages []string
	next := "0"
	for len(pages) < 5 {
		now.Add(time.Second)
		w := httptest.NewRecorder()
		body := strings.NewReader(`{"Limit":2,"Next":` + next + `}`)
		cloud.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/v4/group_open_http_svc/get_appid_group_list?"+query(now.Now()).Encode(), body))
		pages = append(pages, w.Body.String())
		_, rest, _ := strings.Cut(w.Body.String(), `"Next":`)
		if next, _, _ = strings.Cut(rest, ","); next == "0" {
			break
		}
		_ = cloud.Destroy("g1", fakeim.Somebody) // the place of the others stays
	}
	want := []string{
		`{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":"","GroupIdList":[{"GroupId":"g0"},{"GroupId":"g1"}],"Next":9223372036854775811,"TotalCount":5}`,
		`{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":"","GroupIdList":[{"GroupId":"g2"},{"GroupId":"g3"}],"Next":9223372036854775813,"TotalCount":4}`,
		`{"ActionStatus":"OK","ErrorCode":0,"ErrorInfo":"","GroupIdList":[{"GroupId":"g4"}],"Next":0,"TotalCount":4}`,
	}
	if diff := cmp.Diff(want, pages); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := cloud.Calls("get_appid_group_list"); got != 3 {
		t.Errorf("%d calls were counted", got)
	}
}

func TestInfoTellsWhatTheFilterLetsThrough(t *testing.T) {
	cloud, now := newCloud()
	_, _ = cloud.Create(fakeim.Group{ID: "g", Name: "ops", Owner: "leckie", Custom: map[string]string{"Level": "1", "Room": "7"}}, fakeim.Somebody)
	answer := call(t, cloud, "get_group_info", query(now.Now()), fakeim.Body{
		"GroupIdList":    []string{"gone", "g", "\x00"},
		"ResponseFilter": fakeim.Body{"GroupBaseInfoFilter": []string{"Name", "Notification"}, "AppDefinedDataFilter_Group": []string{"Level", "None"}},
	})
	want := []any{
		map[string]any{"ErrorCode": 10010., "ErrorInfo": "group does not exist", "GroupId": "gone"},
		map[string]any{"ErrorCode": 0., "ErrorInfo": "", "GroupId": "g", "Name": "ops", "Notification": "",
			"AppDefinedData": []any{map[string]any{"Key": "Level", "Value": "1"}}},
		map[string]any{"ErrorCode": 10015., "ErrorInfo": "invalid group id", "GroupId": "\x00"},
	}
	if diff := cmp.Diff(want, answer["GroupInfo"]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if answer := call(t, cloud, "get_group_info", query(now.Now()), fakeim.Body{"GroupIdList": []string{"g"}}); answer["GroupInfo"].([]any)[0].(map[string]any)["MemberList"] == nil {
		t.Errorf("without a filter the members are missing: %v", answer)
	}
}

func TestLimitsOfTheRESTAPI(t *testing.T) {
	cloud, now := newCloud(func(c *fakeim.Config) { c.MaxAnswer = 200 })
	ids := make([]string, 51)
	info := func(ids []string) int {
		return code(call(t, cloud, "get_group_info", query(now.Now()), fakeim.Body{"GroupIdList": ids}))
	}
	if got := info(ids); got != fakeim.CodeParameter {
		t.Errorf("51 ids give %d", got)
	}
	if one, all := info(ids[:1]), info(ids[:50]); one != 0 || all != fakeim.CodeTooLarge {
		t.Errorf("an answer gives %d, one that is too large %d", one, all)
	}
	list := func() int { return code(call(t, cloud, "get_appid_group_list", query(now.Now()), fakeim.Body{})) }
	if first, second := list(), list(); first != 0 || second != fakeim.CodeListFrequency {
		t.Errorf("two lists at once give %d and %d", first, second)
	}
	if now.Add(time.Second); list() != 0 {
		t.Error("a second later there is no list")
	}
	for range 200 {
		info(ids[:1])
	}
	if got := info(ids[:1]); got != fakeim.CodeFrequency {
		t.Errorf("call 201 of a second gives %d", got)
	}
}

func TestTheDateIsTheClocksAndNeverBeforeAChange(t *testing.T) {
	cloud, now := newCloud()
	for range 1000 { // each takes a millisecond of its own
		_, _ = cloud.Create(fakeim.Group{Name: "n"}, fakeim.Somebody)
	}
	w := httptest.NewRecorder()
	cloud.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/", nil))
	if got, want := w.Header().Get("Date"), now.Now().Add(999*time.Millisecond).UTC().Format(http.TimeFormat); got != want {
		t.Errorf("Date: %s, want %s", got, want)
	}
}
