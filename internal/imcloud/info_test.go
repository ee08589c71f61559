// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package imcloud

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/imgroup-operator/imgroup-operator/internal/event"
	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

// line is a result in one line.
func line(r Result) string {
	s := fmt.Sprintf("%s %s %d", r.GroupID, r.Outcome, r.Code)
	for _, v := range r.Values {
		s += fmt.Sprintf(" %s=%q", v.Field, v.Value)
	}
	return s + fmt.Sprintf(" absent %v cut %v", r.Absent, r.Cut)
}

func TestEachGroupHasItsOutcome(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := fakeim.NewCloud(fakeim.Config{SDKAppID: testApp, Key: testKey})
		config := testConfig(cloud)
		config.CustomFieldKeys = []string{"Level", "Room"}
		c := newClient(t, config)
		create(t, cloud, fakeim.Group{ID: "team 7/blue", Type: "Private", Name: "Blue", Introduction: "<b>&", Owner: "leckie",
			FaceURL: "https://cdn.example.com/a.png", Custom: map[string]string{"Level": "1", "Other": "x"}})
		long := strings.Repeat("x", 129)
		results, err := observe(t.Context(), c, "gone", "team 7/blue", "é", "", long, "team 7/blue")
		if err != nil || cloud.Calls(infoCommand) != 1 {
			t.Fatalf("%v after %d calls", err, cloud.Calls(infoCommand))
		}
		blue := `team 7/blue observed 0 type="Private" name="Blue" introduction="<b>&" notification="" faceURL="https://cdn.example.com/a.png" owner="leckie" custom/Level="1" absent [custom/Room] cut []`
		want := []string{
			"gone destroyed 10010 absent [] cut []", blue, "é invalid_id 10015 absent [] cut []", " invalid_id 0 absent [] cut []",
			long + " invalid_id 0 absent [] cut []", blue,
		}
		var got []string
		for _, r := range results {
			got = append(got, line(r))
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

func TestGroupsAreAskedForByFifty(t *testing.T) {
	withCloud(t, fakeim.Config{}, func(t *testing.T, cloud *fakeim.Cloud, c *Client) {
		groups, ids := numbered(120)
		create(t, cloud, groups...)
		slices.Reverse(ids)
		results, err := observe(t.Context(), c, ids...)
		if err != nil || cloud.Calls(infoCommand) != 3 {
			t.Errorf("%v after %d calls", err, cloud.Calls(infoCommand))
		}
		for i, r := range results {
			if r.GroupID != ids[i] || r.Outcome != Observed {
				t.Fatalf("result %d is %s, want %s", i, line(r), ids[i])
			}
		}
		if results, err := observe(t.Context(), c); len(results) != 0 || err != nil || cloud.Calls(infoCommand) != 3 {
			t.Errorf("no id gives %d results, %v", len(results), err)
		}
	})
}

func TestABatchThatIsTooLargeIsHalved(t *testing.T) {
	withCloud(t, fakeim.Config{MaxAnswer: 4000}, func(t *testing.T, cloud *fakeim.Cloud, c *Client) {
		groups, ids := numbered(50)
		create(t, cloud, groups...)
		results, err := observe(t.Context(), c, ids...)
		if err != nil || len(results) != 50 || cloud.Calls(infoCommand) != 7 {
			t.Errorf("%d results, %v after %d calls", len(results), err, cloud.Calls(infoCommand))
		}
	})
	withCloud(t, fakeim.Config{MaxAnswer: 250}, func(t *testing.T, cloud *fakeim.Cloud, c *Client) {
		create(t, cloud, fakeim.Group{ID: "small", Name: "n"}, fakeim.Group{ID: "large", Name: "n", Notification: strings.Repeat("x", 400)})
		results, err := observe(t.Context(), c, "small", "large")
		if err != nil || len(results) != 2 || results[0].Outcome != Observed || results[1].Outcome != TooLarge {
			t.Errorf("%v, %v", results, err)
		}
	})
}

func TestOneGroupThatIsNotToldOfCostsNoOther(t *testing.T) {
	withCloud(t, fakeim.Config{}, func(t *testing.T, cloud *fakeim.Cloud, c *Client) {
		groups, ids := numbered(50)
		create(t, cloud, groups...)
		cloud.Untell(ids[17])
		results, err := observe(t.Context(), c, ids...)
		if err != nil || len(results) != 50 || cloud.Calls(infoCommand) != 2 {
			t.Fatalf("%d results, %v after %d calls", len(results), err, cloud.Calls(infoCommand))
		}
		for i, r := range results {
			if r.GroupID != ids[i] || (r.Outcome == Missing) != (i == 17) {
				t.Errorf("result %d: %s", i, line(r))
			}
		}
	})
}

func TestOneGroupWhoseAnswerCannotBeReadCostsNoOther(t *testing.T) {
	withCloud(t, fakeim.Config{}, func(t *testing.T, cloud *fakeim.Cloud, c *Client) {
		groups, ids := numbered(50)
		create(t, cloud, groups...)
		cloud.Inject(fakeim.Fault{Command: infoCommand, Of: `"` + ids[17] + `"`, Body: []byte(`{"GroupInfo":[`)})
		results, err := observe(t.Context(), c, ids...)
		if err != nil || len(results) != 50 {
			t.Fatalf("%d results, %v", len(results), err)
		}
		for i, r := range results {
			if r.GroupID != ids[i] || (r.Outcome == Observed) == (i == 17) || i == 17 && r.Code != codeNotANumber {
				t.Errorf("result %d: %s", i, line(r))
			}
		}
	})
}

func TestTheTextsComeEvenIfTheKeysOfCustomFieldsAreRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cloud := fakeim.NewCloud(fakeim.Config{SDKAppID: testApp, Key: testKey})
		config := testConfig(cloud)
		config.CustomFieldKeys = []string{"NoSuchKey"}
		c := newClient(t, config)
		create(t, cloud, fakeim.Group{ID: "g", Name: "n"})
		cloud.Inject(fakeim.Fault{Command: infoCommand, Of: "NoSuchKey", Code: codeParameter})
		results, err := observe(t.Context(), c, "g")
		if err != nil || len(results) != 1 || results[0].Outcome != Observed || !results[0].KeysRefused || len(results[0].Absent) > 0 {
			t.Errorf("%v, %v", results, err)
		}
	})
}

func TestACodeForTheWholeIsTheOneOfASingleGroup(t *testing.T) {
	for code, want := range map[int]Outcome{codeGroupGone: Destroyed, codeGroupInvalid: InvalidID, codeTooLarge: TooLarge} {
		withCloud(t, fakeim.Config{}, func(t *testing.T, cloud *fakeim.Cloud, c *Client) {
			create(t, cloud, fakeim.Group{ID: "b", Name: "n"})
			cloud.Inject(fakeim.Fault{Code: code, Times: 2}) // the batch, and then "a" alone
			results, err := observe(t.Context(), c, "a", "b")
			if err != nil || len(results) != 2 || results[0].Outcome != want || results[1].Outcome != Observed {
				t.Errorf("%d: %v, %v", code, results, err)
			}
			if _, ok := results[0].Event("chat", "lobby"); ok != (want == Destroyed || want == InvalidID) {
				t.Errorf("%d: is an event: %t", code, ok)
			}
		})
	}
}

func TestOddGroups(t *testing.T) {
	all := func(values string) string { return "g observed 0" + values }
	const none = " absent [type name introduction notification faceURL owner] cut []"
	for _, row := range []struct{ name, groups, want string }{
		{"nothing of it", `{"GroupId":"g"}`, all(none)},
		{"not in the answer", `{"GroupId":"h"}`, "g missing 0 absent [] cut []"},
		{"null", `null`, "g missing 0 absent [] cut []"},
		{"texts of other types", `{"GroupId":"g","Name":7,"Type":null,"Introduction":["x"],"Notification":{"a":1},"FaceUrl":true,"Owner_Account":1.5}`, all(none)},
		{"custom fields of other types", `{"GroupId":"g","AppDefinedData":{"Key":"k"}}`, all(none)},
		{"another code", `{"GroupId":"g","ErrorCode":10007,"ErrorInfo":"remote","Name":"n"}`, "g refused 10007 absent [] cut []"},
		{"a code that is no number", `{"GroupId":"g","ErrorCode":{}}`, "g refused -1 absent [] cut []"},
		{"a code as a string", `{"GroupId":"g","ErrorCode":"10010"}`, "g destroyed 10010 absent [] cut []"},
		{"twice", `{"GroupId":"g","ErrorCode":10010},{"GroupId":"g"}`, all(none)},
		{"a text that is too long", `{"GroupId":"g","Type":"` + strings.Repeat("é", 257) + `"}`,
			all(` type="` + strings.Repeat("é", 256) + `" absent [name introduction notification faceURL owner] cut [type]`)},
		{"bytes that are not UTF-8", "{\"GroupId\":\"g\",\"Type\":\"a\xff\"}", all(" type=\"a\uFFFD\" absent [name introduction notification faceURL owner] cut []")},
	} {
		t.Run(row.name, func(t *testing.T) {
			body := `{"ActionStatus":"OK","ErrorCode":0,"GroupInfo":[` + row.groups + `]}`
			withBody(t, body, func(t *testing.T, c *Client) {
				results, err := observe(t.Context(), c, "g")
				if err != nil || len(results) != 1 || line(results[0]) != row.want {
					t.Errorf("%v, %v, want %s", results, err, row.want)
				}
			})
		})
	}
}

func TestTheCodeOfTheWholeMeansNothingWhereGroupsAreTold(t *testing.T) {
	withBody(t, `{"ActionStatus":"FAIL","ErrorCode":10010,"GroupInfo":[{"GroupId":"g","Name":"n"}]}`, func(t *testing.T, c *Client) {
		results, err := observe(t.Context(), c, "g")
		if err != nil || results[0].Outcome != Observed {
			t.Errorf("%v, %v", results, err)
		}
	})
}

func TestAResultBecomesAnEvent(t *testing.T) {
	withCloud(t, fakeim.Config{}, func(t *testing.T, cloud *fakeim.Cloud, c *Client) {
		create(t, cloud, fakeim.Group{ID: "g", Name: "n", Owner: "o"})
		advance(t, 1700*time.Millisecond)
		results, err := observe(t.Context(), c, "g", "gone", "é")
		if err != nil {
			t.Fatal(err)
		}
		at := time.Now().Truncate(time.Second).UnixMilli()
		change := event.Change{Time: at, Source: event.REST}
		want := []event.Event{
			{Key: event.Key{Namespace: "chat", App: "lobby", GroupID: "g"}, SDKAppID: testApp, Received: time.Now(), Count: 1,
				State: event.NewState(event.Changed, change, []event.Value{{Field: event.Name, Value: "n"}, {Field: event.Owner, Value: "o"},
					{Field: event.Type, Value: "Public"}, {Field: event.Introduction}, {Field: event.Notification}, {Field: event.FaceURL}})},
			{Key: event.Key{Namespace: "chat", App: "lobby", GroupID: "gone"}, SDKAppID: testApp, Received: time.Now(), Count: 1,
				State: event.NewState(event.Disbanded, change, nil)},
			{Key: event.Key{Namespace: "chat", App: "lobby", GroupID: "é"}, SDKAppID: testApp, Received: time.Now(), Count: 1,
				State: event.NewState(event.Disbanded, change, nil)},
		}
		var got []event.Event
		for _, r := range results {
			if e, ok := r.Event("chat", "lobby"); ok {
				got = append(got, e)
			}
		}
		if diff := cmp.Diff(want, got, cmpopts.EquateApproxTime(0)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

func TestAnErrorEndsTheResults(t *testing.T) {
	withCloud(t, fakeim.Config{}, func(t *testing.T, cloud *fakeim.Cloud, c *Client) {
		groups, ids := numbered(100)
		create(t, cloud, groups...)
		got := 0
		var last error
		for _, err := range c.ObserveGroups(t.Context(), ids) {
			if got++; got == 50 {
				cloud.Inject(fakeim.WrongHost)
			}
			last = err
		}
		var configuration *ConfigurationError
		if got != 51 || !errors.As(last, &configuration) {
			t.Errorf("%d results, the last with %v", got, last)
		}
	})
}
