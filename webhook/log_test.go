// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhook

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus/testutil"
)

func TestNoLogHoldsAnythingOfASignature(t *testing.T) {
	w := newWorld(t)
	seconds := fmt.Sprint(testNow.Unix())
	secrets := []string{testToken, testPrevious, sign(testToken, seconds), sign(testPrevious, seconds), sign("guess", seconds), "RequestTime", "Sign="}
	for _, f := range faults {
		a := newAttempt()
		f.inject(a)
		if a.app != nil || a.fill != nil {
			continue
		}
		w.journal.err = a.journalErr
		w.do(httptest.NewRequest(a.method, a.path+"?"+a.query.Encode(), strings.NewReader(a.body())))
	}
	w.journal.err = nil
	for _, token := range []string{testToken, testPrevious, "guess"} {
		r := request(infoChanged, smallBody)
		r.URL.RawQuery = signedQuery(token) + "&CallbackCommand=" + infoChanged
		w.do(r)
	}
	w.journal.onCall = func(context.Context) error { panic(errors.New(testToken)) }
	w.post(infoChanged, smallBody)
	all := w.log.String() + w.audit.String()
	for _, secret := range secrets {
		if strings.Contains(all, secret) {
			t.Errorf("%q is in the logs:\n%s", secret, all)
		}
	}
	if strings.Count(all, "\n") < 8 {
		t.Errorf("the logs are too short to prove anything:\n%s", all)
	}
}

func TestNetHTTPsOwnLogQuotesNothing(t *testing.T) {
	w := newWorld(t)
	l := w.httpServer(nil).ErrorLog
	l.Print("http: panic serving 203.0.113.9:1: boom\ngoroutine 1 [running]:\nSign=abc")
	l.Print(`http2: server: error reading preface from client: bogus greeting "POST /callbacks/a/b?Sign=abc"`)
	l.Print("http: odd URL /callbacks/a/b?Sign=abc")
	if log := w.log.String(); strings.Contains(log, "abc") || !strings.Contains(log, "panic serving") {
		t.Errorf("the log says %s", log)
	}
}

func TestTheAuditLineOfACallback(t *testing.T) {
	w := newWorld(t)
	w.post(infoChanged, `{"GroupId":"@TGS#1","Type":"Public","Name":"secret text","EventTime":1670574414123,"Operator_Account":"leckie",
		"UserDefinedDataList":[{"Key":"Level","Value":"secret text"}]}`)
	const want = `{"time":"2023-11-14T22:13:20.123456789Z","audit":"callback","namespace":"chat","app":"lobby","groupID":"@TGS#1",` +
		`"command":"Group.CallbackAfterGroupInfoChanged","eventTime":1670574414123,"operator":"leckie","platform":"Web","clientIP":"203.0.113.9",` +
		`"fields":["custom/Level","name"]}` + "\n"
	if got := w.audit.String(); got != want {
		t.Errorf("audit line\n%swant\n%s", got, want)
	}
}

func TestOnlyAcceptedCallbacksAreAudited(t *testing.T) {
	w := newWorld(t)
	w.post("Group.CallbackBeforeSendMsg", smallBody)
	w.post(infoChanged, "{}")
	w.post("", "")
	if got := w.audit.String(); got != "" {
		t.Errorf("the audit log has %s", got)
	}
}

func TestStrangersTextIsEscapedInTheAuditLog(t *testing.T) {
	w := newWorld(t)
	const odd = "a\\u0000\\n\\u001b[31m\x7f\u009b31m\u202e\U000e0001\u2028<語😀>"
	r := request(disbanded, `{"GroupId":"`+odd+`"}`)
	r.URL.RawQuery += "&OptPlatform=second&ClientIP=second"
	r.URL.RawQuery = strings.Replace(r.URL.RawQuery, "203.0.113.9", strings.Repeat("%ff%0a", 99), 1)
	checkAnswer(t, w.do(r), accepted)
	line := w.audit.String()
	const want = `"groupID":"a\u0000\n\u001b[31m\u007f\u009b31m\u202e\udb40\udc01\u2028\u003c語😀\u003e"`
	if !strings.Contains(line, want) || strings.Count(line, "\n") != 1 || strings.Contains(line, "second") {
		t.Errorf("audit line\n%swant %s in it", line, want)
	}
}

func TestWithoutAnAuditLogNothingIsWritten(t *testing.T) {
	w := newWorld(t, func(c *Config, _ *limits) { c.Audit = nil })
	checkAnswer(t, w.post(infoChanged, smallBody), accepted)
}

func TestEveryCounterOfTheEndpointExistsFromTheStart(t *testing.T) {
	w := newWorld(t)
	before := testutil.CollectAndCount(w.metrics.CallbackRequests)
	for _, f := range faults {
		a := newAttempt()
		f.inject(a)
		if a.app == nil && a.fill == nil {
			w.journal.err = a.journalErr
			w.do(httptest.NewRequest(a.method, a.path+"?"+a.query.Encode(), strings.NewReader(a.body())))
		}
	}
	for name, data := range payloads(t) {
		w.post(name, string(data))
		w.post("", string(data))
		w.post("made-up", string(data))
	}
	if after := testutil.CollectAndCount(w.metrics.CallbackRequests); after != before {
		t.Errorf("%d series became %d", before, after)
	}
	if got := testutil.CollectAndCount(w.metrics.CallbackTruncated); got != 11 {
		t.Errorf("%d fields that can be cut, want 11", got)
	}
}

func TestARefusedMethodAtACallbackPathIsLogged(t *testing.T) {
	w := newWorld(t)
	for _, method := range []string{"GET", "HEAD", "OPTIONS", "M\u202e\n" + strings.Repeat("x", 9999)} {
		r := request(infoChanged, "")
		r.Method = method
		w.do(r)
	}
	log := w.log.String()
	for _, want := range []string{`"outcome"="method"`, `"imapp"="lobby"`, `"method"="\"GET\""`, `"method"="\"OPTIONS\""`, `\\u202e\\n`} {
		if !strings.Contains(log, want) {
			t.Errorf("the log has no %s:\n%s", want, log)
		}
	}
	if len(log) > 4000 || strings.Count(log, "\n") != 4 {
		t.Errorf("the log has %d bytes:\n%s", len(log), log)
	}
}

func TestAPathThatIsNearlyRightIsLogged(t *testing.T) {
	w := newWorld(t)
	for range 100 { // strangers who look for something else
		w.do(httptest.NewRequest(http.MethodGet, "/wp-login.php?Sign=secret", nil))
	}
	for _, path := range []string{testPath + "/", "/callbacks/chat/gone", "/callbacks/" + strings.Repeat("x", 9999)} {
		w.do(httptest.NewRequest(http.MethodPost, path+"?"+signedQuery(testToken), nil))
	}
	log := w.log.String()
	for _, want := range []string{`No such callback path" "path"="\"/callbacks/chat/lobby/\"" "method"="\"POST\""`, `/callbacks/chat/gone`, `/wp-login.php`} {
		if !strings.Contains(log, want) {
			t.Errorf("the log has no %s:\n%s", want, log)
		}
	}
	if strings.Count(log, "\n") != 13 || len(log) > 4000 || strings.Contains(log, "secret") {
		t.Errorf("the log has %d lines of %d bytes:\n%s", strings.Count(log, "\n"), len(log), log)
	}
}
