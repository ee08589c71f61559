// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package fakeim_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

// inbox keeps the callbacks that arrive.
type inbox struct {
	mu     sync.Mutex
	bodies []string
	status int
}

func (i *inbox) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	i.mu.Lock()
	i.bodies = append(i.bodies, r.URL.Query().Get("OptPlatform")+" "+string(body))
	i.mu.Unlock()
	w.WriteHeader(i.status)
	_, _ = io.WriteString(w, `{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0}`)
}

func (i *inbox) taken() []string {
	i.mu.Lock()
	defer i.mu.Unlock()
	return slices.Clone(i.bodies)
}

func newInbox(d fakeim.Delivery) (*inbox, *fakeim.Cloud, *clock) {
	in := &inbox{status: http.StatusOK}
	cloud, now := newCloud(func(c *fakeim.Config) {
		c.Delivery = d
		c.Callbacks = &fakeim.Sender{URL: "http://operator/callbacks/default/demo", SDKAppID: appID, Token: "t", Now: c.Now,
			Client: &http.Client{Transport: fakeim.InMemory(in)}}
	})
	return in, cloud, now
}

func TestChangesByRESTBecomeCallbacks(t *testing.T) {
	in, cloud, now := newInbox(fakeim.Delivery{})
	for _, step := range []struct{ command, body string }{
		{"create_group", `{"Type":"Public","GroupId":"g","Name":"ops","Introduction":"i","Owner_Account":"leckie","AppDefinedData":[{"Key":"Level","Value":"1"}]}`},
		{"modify_group_base_info", `{"GroupId":"g","Name":"ops","Notification":"hello"}`},
		{"modify_group_base_info", `{"GroupId":"g","AppDefinedData":[{"Key":"Level","Value":""}]}`},
		{"change_group_owner", `{"GroupId":"g","NewOwner_Account":"peter"}`},
		{"destroy_group", `{"GroupId":"g"}`},
	} {
		if answer := call(t, cloud, step.command, query(now.Now()), []byte(step.body)); code(answer) != 0 {
			t.Errorf("%s answers %v", step.command, answer)
		}
	}
	cloud.Deliver(t.Context())
	want := []string{
		`RESTAPI {"CallbackCommand":"Group.CallbackAfterCreateGroup","EventTime":1670574414123,"GroupId":"g","MemberList":[{"Member_Account":"leckie"}],"Name":"ops","Operator_Account":"administrator","Owner_Account":"leckie","Type":"Public","UserDefinedDataList":[{"Key":"Level","Value":"1"}]}`,
		`RESTAPI {"CallbackCommand":"Group.CallbackAfterGroupInfoChanged","EventTime":1670574414124,"GroupId":"g","Notification":"hello","Operator_Account":"administrator","Type":"Public"}`,
		`RESTAPI {"CallbackCommand":"Group.CallbackAfterChangeGroupOwner","EventTime":1670574414126,"GroupId":"g","NewOwner_Account":"peter","OldOwner_Account":"leckie","Operator_Account":"administrator","Type":"Public"}`,
		`RESTAPI {"CallbackCommand":"Group.CallbackAfterGroupDestroyed","EventTime":1670574414127,"GroupId":"g","MemberList":[{"Member_Account":"peter"}],"Name":"ops","Owner_Account":"peter","Type":"Public"}`,
	}
	if diff := cmp.Diff(want, in.taken()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(fakeim.Stats{Made: 4, Sent: 4, Acknowledged: 4}, cloud.Stats()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestWritesByRESTThatFail(t *testing.T) {
	_, cloud, now := newInbox(fakeim.Delivery{})
	for _, row := range []struct {
		command, body string
		want          int
	}{
		{"create_group", `{"Name":"n"}`, fakeim.CodeParameter},
		{"create_group", `{"Type":7}`, fakeim.CodeJSON},
		{"modify_group_base_info", `{"GroupId":"gone","Name":"n"}`, fakeim.CodeNoGroup},
		{"modify_group_base_info", `[]`, fakeim.CodeJSON},
		{"change_group_owner", `{"GroupId":""}`, fakeim.CodeInvalidGroup},
		{"change_group_owner", `"g"`, fakeim.CodeJSON},
		{"destroy_group", `{"GroupId":"gone"}`, fakeim.CodeNoGroup},
		{"destroy_group", `{`, fakeim.CodeJSON},
	} {
		if got := code(call(t, cloud, row.command, query(now.Now()), []byte(row.body))); got != row.want {
			t.Errorf("%s %s gives %d, want %d", row.command, row.body, got, row.want)
		}
	}
	if cloud.Stats().Made != 0 {
		t.Error("a failure became a callback")
	}
}

// deliver lets a hundred changes happen and returns the names in the order of arrival.
func deliver(t *testing.T, d fakeim.Delivery, every int) ([]string, fakeim.Stats) {
	t.Helper()
	in, cloud, _ := newInbox(d)
	_, _ = cloud.Create(fakeim.Group{ID: "g", Name: "0"}, fakeim.Somebody)
	for i := 1; i < 100; i++ {
		if err := cloud.Change("g", fakeim.Change{Name: of(fmt.Sprint(i))}, fakeim.Somebody); err != nil {
			t.Fatal(err)
		}
		if i%every == 0 {
			cloud.Deliver(t.Context())
		}
	}
	cloud.Settle(t.Context())
	var names []string
	for _, body := range in.taken() {
		_, name, _ := strings.Cut(body, `"Name":"`)
		name, _, _ = strings.Cut(name, `"`)
		names = append(names, name)
	}
	return names, cloud.Stats()
}

func TestDisorderIsTheSameEveryTime(t *testing.T) {
	d := fakeim.Delivery{Disorder: fakeim.Disorder{Reorder: 3, Duplicate: 0.2, Late: 0.1, Delay: 20}, Drop: 0.1}
	once, stats := deliver(t, d, 1)
	if slices.IsSorted(once) || stats.Dropped < 3 || stats.Sent < 100 || stats.Sent != stats.Acknowledged || len(once) != stats.Sent {
		t.Errorf("hardly any disorder: %+v\n%v", stats, once)
	}
	for _, every := range []int{1, 7, 1000} {
		if again, _ := deliver(t, d, every); !slices.Equal(once, again) {
			t.Errorf("delivered every %d changes the order is\n%v, not\n%v", every, again, once)
		}
	}
	distinct := slices.Compact(slices.Sorted(slices.Values(once)))
	if len(distinct)+stats.Dropped != 100 {
		t.Errorf("%d arrived and %d were dropped, of 100", len(distinct), stats.Dropped)
	}
}

func TestWithoutDisorderEachCallbackComesOnceInOrder(t *testing.T) {
	names, stats := deliver(t, fakeim.Delivery{}, 1)
	for i, name := range names {
		if name != fmt.Sprint(i) {
			t.Fatalf("%v", names)
		}
	}
	if stats != (fakeim.Stats{Made: 100, Sent: 100, Acknowledged: 100}) {
		t.Errorf("%+v", stats)
	}
}

func TestWhatTimesOutIsRepeatedIfTheConsoleSaysSo(t *testing.T) {
	in := &inbox{status: http.StatusOK}
	server := newServer(t, in)
	for retry, want := range map[bool]fakeim.Stats{false: {Made: 1, Sent: 1, TimedOut: 1}, true: {Made: 1, Sent: 2, TimedOut: 1, Acknowledged: 1}} {
		cloud, _ := newCloud(func(c *fakeim.Config) {
			c.Delivery = fakeim.Delivery{TimeOut: 1, Retry: retry}
			c.Callbacks = &fakeim.Sender{URL: server + "/", SDKAppID: appID, Now: c.Now}
		})
		_, _ = cloud.Create(fakeim.Group{Name: "n"}, fakeim.Somebody)
		cloud.Deliver(t.Context())
		if got := cloud.Stats(); got != want {
			t.Errorf("retry %t: %+v, want %+v", retry, got, want)
		}
	}
}

func TestARefusalIsCounted(t *testing.T) {
	in, cloud, _ := newInbox(fakeim.Delivery{})
	in.status = http.StatusServiceUnavailable
	_, _ = cloud.Create(fakeim.Group{Name: "n"}, fakeim.Somebody)
	cloud.Deliver(t.Context())
	if got, want := cloud.Stats(), (fakeim.Stats{Made: 1, Sent: 1, Failed: 1}); got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

func TestRunDeliversUntilItsContextEnds(t *testing.T) {
	in, cloud, _ := newInbox(fakeim.Delivery{})
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	ended := make(chan struct{})
	go func() { defer close(ended); cloud.Run(ctx) }()
	var users sync.WaitGroup
	for i := range 8 {
		users.Go(func() {
			for range 25 {
				_, _ = cloud.Create(fakeim.Group{Name: "n"}, fakeim.By{Account: fmt.Sprint(i), Platform: "iOS"})
			}
		})
	}
	users.Wait()
	cloud.Settle(ctx)
	cancel()
	<-ended
	if got := len(in.taken()); got != 200 || len(cloud.Groups()) != 200 {
		t.Errorf("%d callbacks about %d groups, want 200 and 200", got, len(cloud.Groups()))
	}
}
