// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package imcloud

import (
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

func TestTheListComesInPagesOnePerSecond(t *testing.T) {
	withCloud(t, fakeim.Config{}, func(t *testing.T, cloud *fakeim.Cloud, c *Client) {
		groups, ids := numbered(25_000)
		create(t, cloud, groups...)
		start := time.Now()
		pages, err := list(t.Context(), c, 0)
		if err != nil || len(pages) != 3 {
			t.Fatalf("%d pages, %v", len(pages), err)
		}
		var got []string
		for _, p := range pages {
			got = append(got, p.IDs...)
			if p.Total != 25_000 || p.Unfit != 0 || len(p.IDs) > 10_000 {
				t.Errorf("a page of %d, %d unfit, %d in all", len(p.IDs), p.Unfit, p.Total)
			}
		}
		if !cmp.Equal(ids, got) {
			t.Errorf("%d of %d groups are listed", len(got), len(ids))
		}
		if took := time.Since(start); took != 2200*time.Millisecond || cloud.Calls(listCommand) != 3 {
			t.Errorf("it took %v and %d calls", took, cloud.Calls(listCommand))
		}
		rest, err := list(t.Context(), c, pages[0].Next)
		if diff := cmp.Diff(pages[1:], rest); err != nil || diff != "" {
			t.Errorf("from the second page on: %v (-want +got):\n%.1000s", err, diff)
		}
	})
}

// Tencent does not say what a last page without groups is like.
func TestALastPageWithoutAListIsTheEndOnceAllWereSeen(t *testing.T) {
	const first = `{"ActionStatus":"OK","ErrorCode":0,"TotalCount":%d,"GroupIdList":[{"GroupId":"a"},{"GroupId":"b"}],"Next":7}`
	for _, row := range []struct {
		why, last string
		total     int
		whole     bool
	}{
		{"null", `"GroupIdList":null,"Next":0`, 2, true},
		{"absent", `"Next":0`, 2, true},
		{"absent, with the count", `"TotalCount":2,"Next":0`, 2, true},
		{"null, but one is missing", `"GroupIdList":null,"Next":0`, 3, false},
		{"null, but there is more", `"GroupIdList":null,"Next":8`, 2, false},
	} {
		t.Run(row.why, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				calls := 0
				c := newClient(t, testConfig(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					body := fmt.Sprintf(first, row.total)
					if calls++; calls > 1 {
						body = `{"ActionStatus":"OK","ErrorCode":0,` + row.last + `}`
					}
					answers(body)(w, r)
				})))
				pages, err := list(t.Context(), c, 0)
				if (err == nil) != row.whole || len(pages) == 0 || len(pages[0].IDs) != 2 {
					t.Errorf("%v, %v", pages, err)
				}
			})
		})
	}
}

// The numbers fit neither 63 bits nor the 53 of a double.
func TestAListGoesOnFromAnyCursor(t *testing.T) {
	const next = 18446744073709551557
	synctest.Test(t, func(t *testing.T) {
		var asked []string
		c := newClient(t, testConfig(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			asked = append(asked, string(body))
			cursor := uint64(next)
			if len(asked) > 1 {
				cursor = 0
			}
			answers(fmt.Sprintf(`{"ActionStatus":"OK","ErrorCode":0,"TotalCount":0,"GroupIdList":[],"Next":%d}`, cursor))(w, r)
		})))
		pages, err := list(t.Context(), c, 0)
		if diff := cmp.Diff([]Page{{Next: next}, {}}, pages); err != nil || diff != "" {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
		if want := fmt.Sprintf(`{"Limit":10000,"Next":%d}`, uint64(next)); len(asked) != 2 || asked[1] != want {
			t.Errorf("asked %q, want the second to be %s", asked, want)
		}
	})
}

func TestWhoeverStopsAskingCausesNoMoreCalls(t *testing.T) {
	withCloud(t, fakeim.Config{}, func(t *testing.T, cloud *fakeim.Cloud, c *Client) {
		groups, ids := numbered(10_001)
		create(t, cloud, groups...)
		for _, err := range c.ListGroups(t.Context(), 0) {
			if err == nil {
				break
			}
		}
		for _, err := range c.ObserveGroups(t.Context(), ids) {
			if err == nil {
				break
			}
		}
		if lists, infos := cloud.Calls(listCommand), cloud.Calls(infoCommand); lists != 1 || infos != 1 {
			t.Errorf("%d and %d calls", lists, infos)
		}
	})
}

func TestAPageThatIsTooLargeIsAskedForInSmallerOnes(t *testing.T) {
	withCloud(t, fakeim.Config{MaxAnswer: 75_000}, func(t *testing.T, cloud *fakeim.Cloud, c *Client) {
		groups, _ := numbered(4_000)
		create(t, cloud, groups...)
		pages, err := list(t.Context(), c, 0)
		if err != nil || len(pages) != 2 || len(pages[0].IDs) != 2_500 || len(pages[1].IDs) != 1_500 || cloud.Calls(listCommand) != 4 {
			t.Errorf("%d pages after %d calls, %v", len(pages), cloud.Calls(listCommand), err)
		}
	})
	withCloud(t, fakeim.Config{MaxAnswer: 10}, func(t *testing.T, cloud *fakeim.Cloud, c *Client) {
		_, err := list(t.Context(), c, 0)
		var u *UnavailableError
		if !errors.As(err, &u) || u.Code != codeTooLarge || cloud.Calls(listCommand) != 14 {
			t.Errorf("%d calls, %v", cloud.Calls(listCommand), err)
		}
	})
}

func TestOddLists(t *testing.T) {
	const ok = `{"ActionStatus":"OK","ErrorCode":0,`
	for _, row := range []struct {
		name, body string
		want       []Page
		err        string
	}{
		{"no group", ok + `"TotalCount":0,"GroupIdList":[],"Next":0}`, []Page{{}}, ""},
		{"no group, no list", ok + `"TotalCount":0,"GroupIdList":null}`, []Page{{}}, ""},
		{"one page", ok + `"TotalCount":2,"GroupIdList":[{"GroupId":"a"},{"GroupId":"b"}],"Next":0}`, []Page{{IDs: []string{"a", "b"}, Total: 2}}, ""},
		{"numbers as strings", `{"ActionStatus":"OK","ErrorCode":"0","TotalCount":"1","GroupIdList":[{"GroupId":"a"}],"Next":"0"}`, []Page{{IDs: []string{"a"}, Total: 1}}, ""},
		{"a byte order mark", "\ufeff" + ok + `"TotalCount":1,"GroupIdList":[{"GroupId":"a"}]}`, []Page{{IDs: []string{"a"}, Total: 1}}, ""},
		{"two byte order marks", "\ufeff\ufeff" + ok + `"TotalCount":0,"GroupIdList":[]}`, nil, wordsAnswer},
		{"ids that cannot be", ok + `"TotalCount":5,"GroupIdList":[{"GroupId":""},{"GroupId":7},{},{"GroupId":"` + strings.Repeat("x", 129) + `"},{"GroupId":"` + strings.Repeat("x", 128) + `"}]}`,
			[]Page{{IDs: []string{strings.Repeat("x", 128)}, Unfit: 4, Total: 5}}, ""},
		{"no list of some groups", ok + `"TotalCount":5,"Next":0}`, nil, wordsAnswer},
		{"no list at all", `{"ActionStatus":"OK","ErrorCode":0}`, nil, wordsAnswer},
		{"a Next that is negative", ok + `"GroupIdList":[],"Next":-1}`, nil, wordsAnswer},
		{"a Next of 65 bits", ok + `"GroupIdList":[],"Next":18446744073709551616}`, nil, wordsAnswer},
		{"a Next with a fraction", ok + `"GroupIdList":[],"Next":1e3}`, nil, wordsAnswer},
		{"a Next that is an object", ok + `"GroupIdList":[],"Next":{}}`, nil, wordsAnswer},
		{"a list that is none", ok + `"GroupIdList":"x","Next":0}`, nil, wordsAnswer},
		{"a list of strings", ok + `"GroupIdList":["x"],"Next":0}`, nil, wordsAnswer},
		{"a list that does not advance", ok + `"GroupIdList":[],"Next":18446744073709551615}`, []Page{{Next: math.MaxUint64}}, "does not advance"},
		{"nothing", ``, nil, wordsAnswer},
		{"no JSON", `remote <html>`, nil, wordsAnswer},
		{"another JSON", `[]`, nil, wordsAnswer},
		{"null", `null`, nil, wordsAnswer},
		{"no success and no code", `{"ActionStatus":"FAIL","ErrorCode":0,"ErrorInfo":"remote"}`, nil, wordsAnswer},
		{"a code that is no number", `{"ActionStatus":"FAIL","ErrorCode":"remote"}`, nil, wordsAnswer},
		{"half an answer", ok + `"GroupIdList":[{"GroupId":"a"}`, nil, wordsAnswer},
		{"a deep answer", strings.Repeat("[", 1<<20), nil, wordsAnswer},
		{"a deep member", ok + `"x":` + strings.Repeat(`{"x":`, 100_000) + strings.Repeat("}", 100_000) + `,"GroupIdList":[]}`, nil, wordsAnswer},
		{"a huge answer", strings.Repeat(" ", maxAnswerBytes) + ok + `"GroupIdList":[]}`, nil, "too large"},
	} {
		t.Run(row.name, func(t *testing.T) {
			withBody(t, row.body, func(t *testing.T, c *Client) {
				pages, err := list(t.Context(), c, 0)
				if diff := cmp.Diff(row.want, pages); diff != "" || !strings.Contains(fmt.Sprint(err), row.err) || (err == nil) != (row.err == "") {
					t.Errorf("%v, want %q (-want +got):\n%s", err, row.err, diff)
				}
				checkSecrets(t, fmt.Sprint(err))
			})
		})
	}
}
