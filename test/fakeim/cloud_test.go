// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package fakeim_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

const (
	appID = int64(1400000000)
	key   = "5bd2850fff3ecb11d7c805251c51ee463a25727bddc2385f3fa8bfee1bb93b5e"
)

// clock is a clock that stands until it is moved.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

func newClock() *clock { return &clock{now: time.UnixMilli(1670574414123)} }

func newCloud(change ...func(*fakeim.Config)) (*fakeim.Cloud, *clock) {
	now := newClock()
	config := fakeim.Config{SDKAppID: appID, Key: key, Seed: 7, Now: now.Now}
	for _, f := range change {
		f(&config)
	}
	return fakeim.NewCloud(config), now
}

// query is a right one, but for what is changed.
func query(now time.Time, change ...string) url.Values {
	q := url.Values{
		"sdkappid": {strconv.FormatInt(appID, 10)}, "identifier": {"administrator"}, "random": {"4294967295"}, "contenttype": {"json"},
		"usersig": {fakeim.UserSig(key, "administrator", appID, now, 3600)},
	}
	for i := 0; i+1 < len(change); i += 2 {
		q.Set(change[i], change[i+1])
	}
	return q
}

// call makes a request and returns the answer, which must be JSON.
func call(t *testing.T, c *fakeim.Cloud, command string, q url.Values, body any) map[string]any {
	t.Helper()
	text, err := fakeim.Encode(body)
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	c.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/v4/group_open_http_svc/"+command+"?"+q.Encode(), bytes.NewReader(text)))
	var answer map[string]any
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil || w.Code != http.StatusOK {
		t.Fatalf("%s answers %d %q: %v", command, w.Code, w.Body, err)
	}
	return answer
}

func code(answer map[string]any) int { return int(answer["ErrorCode"].(float64)) }

func codeOf(err error) int {
	var f *fakeim.Failure
	if errors.As(err, &f) {
		return f.Code
	}
	return 0
}

func of(s string) *string { return &s }

func TestAGroupLivesAndDies(t *testing.T) {
	cloud, now := newCloud()
	g, err := cloud.Create(fakeim.Group{Name: "ops", Owner: "leckie", Custom: map[string]string{"Level": "1"}}, fakeim.Somebody)
	if err != nil || len(g.ID) != 15 || g.ID[:6] != "@TGS#2" {
		t.Fatalf("created %+v, %v", g, err)
	}
	now.Add(2 * time.Second)
	change := fakeim.Change{Name: of("night"), Notification: of(""), Custom: map[string]string{"Level": "", "Room": "7"}}
	if err := cloud.Change(g.ID, change, fakeim.Somebody); err != nil {
		t.Fatal(err)
	}
	if err := cloud.ChangeOwner(g.ID, "peter", fakeim.Somebody); err != nil {
		t.Fatal(err)
	}
	want := fakeim.Group{ID: g.ID, Type: "Public", Name: "night", Owner: "peter", Custom: map[string]string{"Room": "7"},
		Created: time.Unix(1670574414, 0), LastInfo: time.Unix(1670574416, 0), InfoSeq: 2}
	got, found := cloud.Group(g.ID)
	if diff := cmp.Diff(want, got, cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".seq" }, cmp.Ignore())); diff != "" || !found {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if err := cloud.Destroy(g.ID, fakeim.Somebody); err != nil || len(cloud.Groups()) != 0 {
		t.Errorf("destroyed: %v, %d groups left", err, len(cloud.Groups()))
	}
	if got := codeOf(cloud.Change(g.ID, change, fakeim.Somebody)); got != fakeim.CodeNoGroup {
		t.Errorf("a change of a group that is gone gives %d", got)
	}
}

func TestWhatTencentWouldNotCreateIsRefused(t *testing.T) {
	long := func(n int) string { return fmt.Sprintf("%0*d", n, 0) }
	cloud, _ := newCloud()
	for _, row := range []struct {
		name  string
		group fakeim.Group
		want  int
	}{
		{"no name", fakeim.Group{}, fakeim.CodeParameter},
		{"a long name", fakeim.Group{Name: long(101)}, fakeim.CodeParameter},
		{"a long notification", fakeim.Group{Name: "n", Notification: long(401)}, fakeim.CodeParameter},
		{"a long face URL", fakeim.Group{Name: "n", FaceURL: long(501)}, fakeim.CodeParameter},
		{"another type", fakeim.Group{Name: "n", Type: "Secret"}, fakeim.CodeParameter},
		{"a reserved id", fakeim.Group{Name: "n", ID: "@TGS#mine"}, fakeim.CodeInvalidGroup},
		{"a long id", fakeim.Group{Name: "n", ID: long(49)}, fakeim.CodeInvalidGroup},
		{"an id that is not ASCII", fakeim.Group{Name: "n", ID: "é"}, fakeim.CodeInvalidGroup},
		{"a community without its prefix", fakeim.Group{Name: "n", ID: "players", Type: "Community"}, fakeim.CodeInvalidGroup},
		{"a community", fakeim.Group{Name: "n", ID: "@TGS#_players", Type: "Community"}, 0},
		{"a custom key with a space", fakeim.Group{Name: "n", Custom: map[string]string{"a b": ""}}, fakeim.CodeParameter},
		{"an id with a space", fakeim.Group{Name: "n", ID: "team 7/blue"}, 0},
		{"the same id again", fakeim.Group{Name: "n", ID: "team 7/blue"}, fakeim.CodeIDTaken},
	} {
		if _, err := cloud.Create(row.group, fakeim.Somebody); codeOf(err) != row.want {
			t.Errorf("%s: %v, want %d", row.name, err, row.want)
		}
	}
	g, _ := cloud.Create(fakeim.Group{Name: "live", Type: "AVChatRoom"}, fakeim.Somebody)
	if got := codeOf(cloud.ChangeOwner(g.ID, "peter", fakeim.Somebody)); got != fakeim.CodePermission {
		t.Errorf("an AVChatRoom's new owner gives %d", got)
	}
}

func TestTheSameSeedAssignsTheSameIDs(t *testing.T) {
	ids := func(seed uint64) (ids []string) {
		cloud, _ := newCloud(func(c *fakeim.Config) { c.Seed = seed })
		for range 5 {
			g, _ := cloud.Create(fakeim.Group{Name: "n"}, fakeim.Somebody)
			ids = append(ids, g.ID)
		}
		return ids
	}
	if !cmp.Equal(ids(1), ids(1)) || cmp.Equal(ids(1), ids(2)) {
		t.Errorf("seed 1 gives %v and %v, seed 2 %v", ids(1), ids(1), ids(2))
	}
}
