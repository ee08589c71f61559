// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhook

import (
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/imgroup-operator/imgroup-operator/internal/apps"
	"github.com/imgroup-operator/imgroup-operator/internal/event"
)

// checkEvent holds an event against what an IMGroup can store.
func checkEvent(t *testing.T, e event.Event) {
	t.Helper()
	if n := len(e.Key.GroupID); n == 0 || n > event.MaxGroupIDBytes || !utf8.ValidString(e.Key.GroupID) {
		t.Errorf("group id %q", e.Key.GroupID)
	}
	last, custom := e.State.Last, 0
	checkText(t, event.Operator, last.Operator)
	checkText(t, event.Platform, last.Platform)
	if last.Time <= 0 || last.Time > received+maxFuture.Milliseconds() {
		t.Errorf("event time %d", last.Time)
	}
	for _, r := range e.State.Registers {
		if key, isCustom := strings.CutPrefix(r.Field, event.CustomPrefix); isCustom {
			custom++
			checkText(t, event.CustomKey, key)
			checkText(t, event.CustomValue, r.Value)
		} else {
			checkText(t, r.Field, r.Value)
		}
	}
	if custom > event.MaxCustomFields {
		t.Errorf("%d custom fields", custom)
	}
	if back, err := event.Decode(event.Append(nil, e)); err != nil || back.Key != e.Key {
		t.Errorf("the event does not survive its encoding: %v", err)
	}
}

func checkText(t *testing.T, field, value string) {
	t.Helper()
	if bound := event.Bound(field); (bound > 0 && utf8.RuneCountInString(value) > bound) || !utf8.ValidString(value) {
		t.Errorf("%s has %d characters: %.100q", field, utf8.RuneCountInString(value), value)
	}
}

func FuzzBody(f *testing.F) {
	for name, data := range payloads(f) {
		command, _, _ := strings.Cut(strings.TrimPrefix(name, "Group.Callback"), ".")
		f.Add("Group.Callback"+command, string(data))
		f.Add("", string(data))
	}
	f.Add(infoChanged, `{"GroupId":"g","EventTime":"1e400","UserDefinedDataList":[{"Key":"\ud800","Value":"`+"\xff"+`"}]}`)
	w := newWorld(f, func(c *Config, _ *limits) { c.Audit = nil })
	w.setApp(func(a *apps.App) { a.AllowUnsigned = true })
	f.Fuzz(func(t *testing.T, command, data string) {
		w.journal.events = nil
		r := httptest.NewRequest(http.MethodPost, testPath, strings.NewReader(data))
		r.URL.RawQuery = "SdkAppid=1400000000&CallbackCommand=" + httpEscape(command)
		rec := w.do(r)
		checkObject(t, rec.Body.Bytes(), rec.Code)
		switch {
		case rec.Code >= 500 || rec.Code == http.StatusForbidden:
			t.Errorf("answer %d", rec.Code)
		case len(w.journal.events) > 1 || (len(w.journal.events) == 1 && rec.Code != http.StatusOK):
			t.Errorf("%d events with answer %d", len(w.journal.events), rec.Code)
		}
		for _, e := range w.journal.events {
			checkEvent(t, e)
		}
	})
}

// httpEscape keeps every byte of a value through the query.
func httpEscape(s string) string {
	const digits = "0123456789ABCDEF"
	var b strings.Builder
	for i := range len(s) {
		b.Write([]byte{'%', digits[s[i]>>4], digits[s[i]&15]})
	}
	return b.String()
}

func FuzzQuery(f *testing.F) {
	f.Add(signedQuery(testToken) + "&CallbackCommand=" + infoChanged)
	f.Add("CallbackCommand=Group.CallbackAfterSendMsg&ClientIP=116.230.7.188&OptPlatform=Web&SdkAppid=1400399479&contenttype=json")
	f.Add("SdkAppid=1400000000&Sign=&RequestTime=%zz&Sign=")
	f.Add("SdkAppid=1400000000;Sign=x&&=&%53ign=%ff")
	quiet := func(c *Config, _ *limits) { c.Audit = nil }
	signed, open := newWorld(f, quiet), newWorld(f, quiet)
	open.setApp(func(a *apps.App) { a.AllowUnsigned = true })
	f.Fuzz(func(t *testing.T, raw string) {
		for _, w := range []*world{signed, open} {
			w.journal.events = nil
			r := httptest.NewRequest(http.MethodPost, testPath, strings.NewReader(smallBody))
			r.URL.RawQuery = raw
			rec := w.do(r)
			if checkObject(t, rec.Body.Bytes(), rec.Code); rec.Code >= 500 {
				t.Errorf("answer %d", rec.Code)
			}
			for _, e := range w.journal.events {
				checkEvent(t, e)
			}
		}
		if q, _ := parseQuery(raw); len(signed.journal.events) > 0 && !hasSign(strings.ToLower(q.sign.value)) {
			t.Errorf("accepted without a signature: %s", raw)
		}
	})
}

// hasSign looks for the digests that either token gives at any time within the minute.
func hasSign(query string) bool {
	for seconds := testNow.Unix() - 60; seconds <= testNow.Unix()+60; seconds++ {
		text := strconv.FormatInt(seconds, 10)
		if strings.Contains(query, sign(testToken, text)) || strings.Contains(query, sign(testPrevious, text)) {
			return true
		}
	}
	return false
}
