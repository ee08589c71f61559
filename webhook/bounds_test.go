// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhook

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/prometheus/client_golang/prometheus/promhttp"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/imgroup-operator/imgroup-operator/internal/event"
	"github.com/imgroup-operator/imgroup-operator/internal/journal"
)

func TestEventTime(t *testing.T) {
	const some = 1670574414123
	const limit = 300000
	now := received
	for raw, want := range map[string]struct {
		ms      int64
		clamped bool
	}{
		`null`:                                {now, false},
		`true`:                                {now, false},
		`{}`:                                  {now, false},
		`[1670574414123]`:                     {now, false},
		`""`:                                  {now, false},
		`"soon"`:                              {now, false},
		`"Inf"`:                               {now, false},
		`"NaN"`:                               {now, false},
		`"0x184f5a9d0ab"`:                     {now, false},
		`"1_670_574_414_123"`:                 {now, false},
		`"1670574414123ms"`:                   {now, false},
		`0`:                                   {now, true},
		`-0`:                                  {now, true},
		`-1`:                                  {now, true},
		`-1e400`:                              {now, true},
		`0.9`:                                 {now, true},
		`1e-400`:                              {now, true},
		`1`:                                   {now, true},
		`1670574414`:                          {now, true}, // seconds
		`"1670574414"`:                        {now, true},
		`99999999999`:                         {now, true},
		`99999999999.9`:                       {now, true},
		`100000000000`:                        {100000000000, false},
		`1e11`:                                {100000000000, false},
		`1670574414123`:                       {some, false},
		`"1670574414123"`:                     {some, false},
		`" 1670574414123 "`:                   {some, false},
		`"+1670574414123"`:                    {some, false},
		`"001670574414123"`:                   {some, false},
		`"\u0031670574414123"`:                {some, false},
		`1670574414123.999`:                   {some, false},
		`"1670574414123.5"`:                   {some, false},
		`1.670574414123e12`:                   {some, false},
		`1670574414123000E-3`:                 {some, false},
		fmt.Sprint(now + limit):               {now + limit, false},
		fmt.Sprint(now + limit + 1):           {now, true},
		fmt.Sprintf(`"%d"`, now+limit+1):      {now, true},
		fmt.Sprint(int64(math.MaxInt64)):      {now, true},
		`9223372036854775808`:                 {now, true},
		`18446744073709551615`:                {now, true},
		`1e400`:                               {now, true},
		`"` + strings.Repeat("9", 9999) + `"`: {now, true},
	} {
		d, o := decodeBody(infoChanged, `{"GroupId":"g","EventTime":`+raw+`}`)
		if ms := d.event.State.Last.Time; o != proceed || ms != want.ms || d.clamped != want.clamped {
			t.Errorf("EventTime %.60s gives outcome %d and %d, clamped %t; want %d, %t", raw, o, ms, d.clamped, want.ms, want.clamped)
		}
	}
	if ms, clamped := eventTime("", testNow); ms != now || clamped {
		t.Errorf("without EventTime it is %d, clamped %t", ms, clamped)
	}
}

func TestAClampedEventTimeIsStoredAndCounted(t *testing.T) {
	w := newWorld(t)
	checkAnswer(t, w.post(infoChanged, `{"GroupId":"g","Name":"x","EventTime":99999999999999}`), accepted)
	if got := w.journal.one(t).State.Last.Time; got != received {
		t.Errorf("the event has the time %d, want the time of receipt", got)
	}
	if got := testutil.ToFloat64(w.metrics.EventTimeClamped); got != 1 {
		t.Errorf("counted %v clamped times, want 1", got)
	}
}

// A change counts for its IMApp once it is durable, with the time it was on its way if it tells its own.
func TestAnAcceptedChangeIsCountedWithItsLag(t *testing.T) {
	w := newWorld(t)
	for _, at := range []string{`,"EventTime":1699999998123`, ``, `,"EventTime":1`, `,"EventTime":"1700000000623"`} {
		checkAnswer(t, w.post(infoChanged, `{"GroupId":"g","Name":"x"`+at+`}`), accepted)
	}
	checkAnswer(t, w.post(infoChanged, `{"Name":"x"}`), badGroupID)
	w.journal.err = journal.ErrFull
	checkAnswer(t, w.post(infoChanged, `{"GroupId":"g","Name":"x","EventTime":1699999998123}`), journalFull)
	if n := testutil.ToFloat64(w.metrics.CallbackChanges.WithLabelValues("chat/lobby")); n != 4 {
		t.Errorf("counted %v changes, want 4", n)
	}
	page := httptest.NewRecorder()
	promhttp.HandlerFor(w.gather, promhttp.HandlerOpts{}).ServeHTTP(page, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	const want = "imgroup_callback_event_lag_seconds_sum 2\nimgroup_callback_event_lag_seconds_count 2\n" // one is ahead of us
	if !strings.Contains(page.Body.String(), want) {
		t.Errorf("the page has no\n%s", want)
	}
}

func TestTextsOverTheirBoundAreCutAndCounted(t *testing.T) {
	keys := map[string]string{"Name": event.Name, "Introduction": event.Introduction, "Notification": event.Notification,
		"FaceUrl": event.FaceURL, "Type": event.Type}
	for key, field := range keys {
		t.Run(key, func(t *testing.T) {
			bound := event.Bound(field)
			checkCut(t, infoChanged, map[string]any{key: strings.Repeat("語", bound)}, field, bound, 0)
			checkCut(t, infoChanged, map[string]any{key: strings.Repeat("語", bound+1)}, field, bound, 1)
		})
	}
	checkCut(t, ownerChanged, map[string]any{"NewOwner_Account": strings.Repeat("😀", 300)}, event.Owner, 256, 1)
	checkCut(t, created, map[string]any{"Owner_Account": strings.Repeat("a", 257)}, event.Owner, 256, 1)
}

// checkCut sends one field and looks at its register and at the metric.
func checkCut(t *testing.T, command string, body map[string]any, field string, characters int, count float64) {
	t.Helper()
	body["GroupId"] = "g"
	data, err := json.Marshal(body)
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t)
	checkAnswer(t, w.post(command, string(data)), accepted)
	r, _ := w.journal.one(t).State.Get(field)
	if n := utf8.RuneCountInString(r.Value); n != characters || !utf8.ValidString(r.Value) {
		t.Errorf("%s has %d characters, want %d", field, n, characters)
	}
	if got := testutil.ToFloat64(w.metrics.CallbackTruncated.WithLabelValues(field)); got != count {
		t.Errorf("counted %v cuts of %s, want %v", got, field, count)
	}
}

func TestOperatorPlatformAndCustomFieldsAreCutToo(t *testing.T) {
	w := newWorld(t)
	long := strings.Repeat("é", 5000)
	r := request(infoChanged, `{"GroupId":"g","Operator_Account":"`+long+`","UserDefinedDataList":[{"Key":"`+long+`","Value":"`+long+`"}]}`)
	r.URL.RawQuery = strings.Replace(r.URL.RawQuery, "OptPlatform=Web", "OptPlatform="+strings.Repeat("%FF", 70), 1)
	checkAnswer(t, w.do(r), accepted)
	e := w.journal.one(t)
	if e.State.Last.Operator != long[:512] || e.State.Last.Platform != "\uFFFD" {
		t.Errorf("operator %q, platform %q", e.State.Last.Operator, e.State.Last.Platform)
	}
	if custom, found := e.State.Get(event.CustomPrefix + long[:512]); !found || custom.Value != long[:8192] {
		t.Errorf("custom field %v %+v", found, custom)
	}
	for _, field := range []string{event.Operator, event.CustomKey, event.CustomValue} {
		if got := testutil.ToFloat64(w.metrics.CallbackTruncated.WithLabelValues(field)); got != 1 {
			t.Errorf("counted %v cuts of %s, want 1", got, field)
		}
	}
}
