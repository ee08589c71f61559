// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package callback

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func ref(s string) *string { return &s }

// when is the time of the documented example.
var when = time.UnixMilli(1670574414123)

func TestBody(t *testing.T) {
	for _, test := range []struct {
		name string
		in   Callback
		want string
	}{
		{"what changed, and an empty text", Callback{Command: InfoChanged, Operator: "leckie", Texts: Texts{Name: ref("運用 <&>"), Notification: ref("")}},
			`{"CallbackCommand":"Group.CallbackAfterGroupInfoChanged","EventTime":1670574414123,"GroupId":"g","Name":"運用 <&>","Notification":"","Operator_Account":"leckie","Type":"Public"}`},
		{"custom fields and the other texts", Callback{Command: InfoChanged, Texts: Texts{Introduction: ref("i"), FaceURL: ref("f")}, Custom: []CustomField{{"Region", "eu"}}},
			`{"CallbackCommand":"Group.CallbackAfterGroupInfoChanged","EventTime":1670574414123,"FaceUrl":"f","GroupId":"g","Introduction":"i","Operator_Account":"","Type":"Public","UserDefinedDataList":[{"Key":"Region","Value":"eu"}]}`},
		{"a new group has an owner", Callback{Command: Created, Operator: "leckie", Owner: ref("leckie")},
			`{"CallbackCommand":"Group.CallbackAfterCreateGroup","EventTime":1670574414123,"GroupId":"g","Operator_Account":"leckie","Owner_Account":"leckie","Type":"Public"}`},
		{"a new owner has another key", Callback{Command: OwnerChanged, Operator: "leckie", Owner: ref("u-1001")},
			`{"CallbackCommand":"Group.CallbackAfterChangeGroupOwner","EventTime":1670574414123,"GroupId":"g","NewOwner_Account":"u-1001","Operator_Account":"leckie","Type":"Public"}`},
		{"an end names no operator", Callback{Command: Destroyed, Operator: "leckie"},
			`{"CallbackCommand":"Group.CallbackAfterGroupDestroyed","EventTime":1670574414123,"GroupId":"g","Type":"Public"}`},
	} {
		t.Run(test.name, func(t *testing.T) {
			test.in.GroupID, test.in.Type, test.in.EventTime = "g", "Public", when
			got, err := test.in.Body()
			if err != nil || string(got) != test.want {
				t.Errorf("%v\ngot  %s\nwant %s", err, got, test.want)
			}
		})
	}
}

func TestSendIsSignedAsTencentDoes(t *testing.T) {
	var query, contentType string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		query, contentType = r.URL.RawQuery, r.Header.Get("Content-Type")
		_, _ = io.WriteString(w, `{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0}`)
	}))
	defer server.Close()
	s := Sender{Client: server.Client(), URL: server.URL, SDKAppID: 1400000000, Token: "token", Now: func() time.Time { return when }}
	answer, err := s.Send(t.Context(), &Callback{Command: InfoChanged, Platform: "Web"})
	if err != nil || !answer.OK() {
		t.Fatalf("%+v, %v", answer, err)
	}
	// The signature is what sha256sum makes of token1670574414.
	const want = "CallbackCommand=Group.CallbackAfterGroupInfoChanged&ClientIP=127.0.0.1&OptPlatform=Web&RequestTime=1670574414&SdkAppid=1400000000" +
		"&Sign=1fd4e42ec4a859116a58ccd00d58ddcec92cba8dfd57c1f92cbe5c49ca4517d2&contenttype=json"
	if query != want || contentType != "application/json" {
		t.Errorf("%s\ngot  %s\nwant %s", contentType, query, want)
	}
	s.Token = ""
	if _, err := s.Send(t.Context(), &Callback{}); err != nil || strings.Contains(query, "Sign") || strings.Contains(query, "RequestTime") {
		t.Errorf("%v: unsigned it is %s", err, query)
	}
}

func TestErrorsDoNotHoldTheSignature(t *testing.T) {
	s := Sender{Client: http.DefaultClient, URL: "http://127.0.0.1:1/callbacks/a/b", Token: "token", Now: time.Now}
	for _, ctx := range []func() context.Context{t.Context, func() context.Context { c, stop := context.WithCancel(t.Context()); stop(); return c }} {
		_, err := s.Send(ctx(), &Callback{})
		if err == nil || strings.Contains(err.Error(), "Sign") {
			t.Errorf("the error is %v", err)
		}
	}
}

func TestExplain(t *testing.T) {
	for _, test := range []struct {
		name string
		in   Answer
		want string
	}{
		{"accepted", Answer{HTTPStatus: 200, ActionStatus: "OK"}, "durable"},
		{"accepted too late", Answer{HTTPStatus: 200, ActionStatus: "OK", Duration: 3 * time.Second}, "Tencent waits 2s"},
		{"not JSON", Answer{HTTPStatus: 502, Foreign: true}, "HTTP 502"},
		{"http to a port of https", Answer{HTTPStatus: 400, Foreign: true}, "the operator terminates TLS"},
		{"the wrong signature", Answer{HTTPStatus: 403, ActionStatus: "FAIL", ErrorCode: 403, ErrorInfo: "Sign is wrong"}, "no token"},
		{"the journal", Answer{HTTPStatus: 503, ActionStatus: "FAIL", ErrorCode: 503, ErrorInfo: "the change could not be stored in time"}, "journal"},
		{"200 with an error", Answer{HTTPStatus: 200, ActionStatus: "FAIL", ErrorCode: 1}, "does not answer like this"},
		{"an unknown refusal", Answer{HTTPStatus: 418, ActionStatus: "FAIL", ErrorCode: 418}, "does not answer like this"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := Explain(test.in); !strings.Contains(got, test.want) {
				t.Errorf("it does not have %q: %s", test.want, got)
			}
		})
	}
}

func FuzzRead(f *testing.F) {
	for _, s := range []string{`{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0}`, `{}`, `[]`, `<html>`, `{"ActionStatus":null}`, ``} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		a := read(text)
		a.HTTPStatus = http.StatusOK
		if a.Foreign && (a.OK() || a.ActionStatus != "") {
			t.Errorf("%q counts as a success", text)
		}
	})
}
