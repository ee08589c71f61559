// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhook

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/imgroup-operator/imgroup-operator/internal/apps"
	"github.com/imgroup-operator/imgroup-operator/internal/metrics"
)

// attempt describes a request to be sent and the state it meets, in pieces that faults change independently.
type attempt struct {
	path, method                        string
	app                                 func(*apps.App)
	fill                                func(*flight)
	query                               url.Values
	large, garbage, noGroup, otherInner bool
	encoding                            string
	journalErr                          error
}

type fault struct {
	name    string
	outcome outcome
	inject  func(*attempt)
}

// faults in the order of the contract's table.
var faults = []fault{
	{"a path with four segments", notFound, func(a *attempt) { a.path += "/x" }},
	{"an app that is suspended", notFound, func(a *attempt) { a.app = func(app *apps.App) { app.Suspended, app.Ready = true, false } }},
	{"the method GET", methodNotAllowed, func(a *attempt) { a.method = http.MethodGet }},
	{"an app that is not ready", notReady, func(a *attempt) {
		if a.app == nil {
			a.app = func(app *apps.App) { app.Ready = false }
		}
	}},
	{"too many requests in flight", busy, func(a *attempt) { a.fill = func(f *flight) { f.total = f.max } }},
	{"too many requests of this app in flight", appBusy, func(a *attempt) {
		if a.fill == nil {
			a.fill = func(f *flight) { f.byApp[testApp] = f.maxPerApp }
		}
	}},
	{"a repeated OptPlatform beside a repeated Sign", repeatedParameter, func(a *attempt) {
		a.query["Sign"] = append(a.query["Sign"], "x")
		a.query["OptPlatform"] = []string{"Web", "Web"}
	}},
	{"another app's SdkAppid", wrongAppID, func(a *attempt) { a.query["SdkAppid"][0] = "1400000001" }},
	{"no RequestTime", unsigned, func(a *attempt) { a.query.Del("RequestTime") }},
	{"an old RequestTime", expired, func(a *attempt) {
		if a.query.Has("RequestTime") {
			a.query.Set("RequestTime", "1699999000")
		}
	}},
	{"a wrong Sign", wrongSign, func(a *attempt) { a.query["Sign"][0] = strings.Repeat("0", 64) }},
	{"a body over 16 MiB", bodyTooLarge, func(a *attempt) { a.large = true }},
	{"an unhandled command", unhandled, func(a *attempt) { a.query.Set("CallbackCommand", "Group.CallbackBeforeSendMsg") }},
	{"a body that is compressed", encodedBody, func(a *attempt) { a.encoding = "gzip" }},
	{"a body that is no JSON", badBody, func(a *attempt) { a.garbage = true }},
	{"no GroupId", badGroupID, func(a *attempt) { a.noGroup = true }},
	{"another command in the body", commandMismatch, func(a *attempt) { a.otherInner = true }},
	{"a journal that fails", journalError, func(a *attempt) { a.journalErr = errors.New("disk on fire") }},
}

func newAttempt() *attempt {
	query, err := url.ParseQuery(signedQuery(testToken) + "&CallbackCommand=" + infoChanged)
	if err != nil {
		panic(err)
	}
	return &attempt{path: testPath, method: http.MethodPost, query: query}
}

func (a *attempt) send(t *testing.T) (*world, *httptest.ResponseRecorder) {
	t.Helper()
	w := newWorld(t)
	w.journal.err = a.journalErr
	if a.app != nil {
		w.setApp(a.app)
	}
	if a.fill != nil {
		a.fill(w.flight)
	}
	r := httptest.NewRequest(a.method, a.path+"?"+a.query.Encode(), strings.NewReader(a.body()))
	r.Header.Set("Content-Encoding", a.encoding)
	rec := w.do(r)
	return w, rec
}

func (a *attempt) body() string {
	members := []string{`"Name":"ops"`}
	if !a.noGroup {
		members = append(members, `"GroupId":"g"`)
	}
	if a.otherInner {
		members = append(members, `"CallbackCommand":"Group.CallbackAfterCreateGroup"`)
	}
	body := "{" + strings.Join(members, ",") + "}"
	if a.garbage {
		body += "}"
	}
	if a.large {
		body += strings.Repeat(" ", maxBodyBytes)
	}
	return body
}

func TestEveryFaultHasItsAnswer(t *testing.T) {
	for _, f := range faults {
		t.Run(f.name, func(t *testing.T) {
			a := newAttempt()
			f.inject(a)
			w, rec := a.send(t)
			checkAnswer(t, rec, f.outcome)
			if n := len(w.journal.events); n != 0 {
				t.Errorf("%d events were stored, want none", n)
			}
		})
	}
}

func TestOfTwoFaultsTheOneThatIsCheckedFirstIsAnswered(t *testing.T) {
	for i, first := range faults {
		for _, second := range faults[i+1:] {
			t.Run(fmt.Sprintf("%s and %s", first.name, second.name), func(t *testing.T) {
				a := newAttempt()
				first.inject(a)
				second.inject(a)
				_, rec := a.send(t)
				checkAnswer(t, rec, first.outcome)
			})
		}
	}
}

func TestACallbackWithoutFaultIsAccepted(t *testing.T) {
	w, rec := newAttempt().send(t)
	checkAnswer(t, rec, accepted)
	if got := rec.Body.String(); got != `{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0}` {
		t.Errorf("the answer is %s", got)
	}
	w.journal.one(t)
	if got := w.counted(infoChanged, metrics.OutcomeAccepted); got != 1 {
		t.Errorf("counted %v accepted callbacks, want 1", got)
	}
}

// checkAnswer compares an answer with the contract of its outcome.
func checkAnswer(t *testing.T, rec *httptest.ResponseRecorder, o outcome) {
	t.Helper()
	want := contract[o]
	if rec.Code != want.status || rec.Body.String() != string(o.answer().body) {
		t.Fatalf("answer %d %s, want %d %s", rec.Code, rec.Body, want.status, o.answer().body)
	}
	header := map[string]string{"Content-Type": "application/json", "Content-Length": fmt.Sprint(rec.Body.Len())}
	for name, value := range want.header {
		header[name] = value
	}
	if beforeVerification[o] {
		header["Connection"] = "close"
	}
	got := map[string]string{}
	for name := range rec.Header() {
		got[name] = rec.Header().Get(name)
	}
	if diff := cmp.Diff(header, got); diff != "" {
		t.Errorf("header (-want +got):\n%s", diff)
	}
	checkObject(t, rec.Body.Bytes(), want.status)
}

func checkObject(t *testing.T, body []byte, status int) {
	t.Helper()
	var got map[string]any
	if err := json.Unmarshal(body, &got); err != nil {
		t.Fatalf("the answer is no JSON: %v", err)
	}
	action, code := "FAIL", float64(status)
	if status == http.StatusOK {
		action, code = "OK", 0
	}
	if got["ActionStatus"] != action || got["ErrorCode"] != code || len(got) != 3 {
		t.Errorf("the answer %s has not ActionStatus %s and ErrorCode %v", body, action, code)
	}
	if info, isText := got["ErrorInfo"].(string); !isText || (info == "") != (status == http.StatusOK) {
		t.Errorf("the answer %s has a wrong ErrorInfo", body)
	}
}

// beforeVerification are the outcomes of senders that are not verified: their connection ends.
var beforeVerification = map[outcome]bool{notFound: true, methodNotAllowed: true, notReady: true, busy: true, appBusy: true,
	repeatedParameter: true, wrongAppID: true, unsigned: true, expired: true, wrongSign: true}

type promised struct {
	status int
	header map[string]string
}

var (
	retry       = map[string]string{"Retry-After": "1"}
	bad         = promised{http.StatusBadRequest, nil}
	forbidden   = promised{http.StatusForbidden, nil}
	unavailable = promised{http.StatusServiceUnavailable, retry}
	elsewhere   = promised{http.StatusServiceUnavailable, map[string]string{"Retry-After": "1", "Connection": "close"}}
)

// contract repeats the table of the design by hand.
var contract = map[outcome]promised{
	accepted:          {http.StatusOK, nil},
	unhandled:         {http.StatusOK, nil},
	notFound:          {http.StatusNotFound, nil},
	methodNotAllowed:  {http.StatusMethodNotAllowed, map[string]string{"Allow": "POST"}},
	notReady:          unavailable,
	busy:              unavailable,
	appBusy:           unavailable,
	repeatedParameter: bad,
	wrongAppID:        forbidden,
	unsigned:          forbidden,
	expired:           forbidden,
	wrongSign:         forbidden,
	encodedBody:       {http.StatusUnsupportedMediaType, map[string]string{"Accept-Encoding": "identity"}},
	bodyTooLarge:      {http.StatusRequestEntityTooLarge, map[string]string{"Connection": "close"}},
	bodyUnreadable:    bad,
	badBody:           bad,
	badGroupID:        bad,
	commandMismatch:   bad,
	journalFull:       elsewhere,
	journalShare:      unavailable,
	journalTimeout:    elsewhere,
	journalClosed:     unavailable,
	journalError:      elsewhere,
	panicked:          {http.StatusInternalServerError, nil},
}

func TestEveryOutcomeIsInTheContractAndHasALabelOfItsOwn(t *testing.T) {
	labels := map[string]outcome{}
	for o := proceed + 1; o < outcomes; o++ {
		want, known := contract[o]
		a := o.answer()
		if !known || a.status != want.status {
			t.Errorf("outcome %d has status %d, the contract says %d", o, a.status, want.status)
		}
		if other, taken := labels[a.label]; taken || a.label == "" {
			t.Errorf("outcomes %d and %d share the label %q", o, other, a.label)
		}
		labels[a.label] = o
	}
}
