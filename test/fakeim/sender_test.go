// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package fakeim_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

func TestSignMatchesThePublicVectors(t *testing.T) {
	for _, v := range []struct{ token, requestTime, want string }{
		{"xxxxyyyy", "1669872112", "17773bc39a671d7b9aa835458704d2a6db81360a5940292b587d6d760d484061"},
		{"xxxyyy", "1669872112", "e78a85473bed2cdc8d6fa8c4d5a4ba4735fd64156e15a99516b9890293e135de"},
		{"s3cr3t-token", "1700000000", "ce915f7416d7af3c2f15544a0a392ae3b33ecc5dd08ee2f1c82821782f684a19"},
	} {
		if got := fakeim.Sign(v.token, v.requestTime); got != v.want {
			t.Errorf("Sign(%q, %q) = %s, want %s", v.token, v.requestTime, got, v.want)
		}
	}
}

// receiver answers as told and keeps the last request.
type receiver struct {
	status                   int
	answer                   string
	method, uri, body, media string
}

func (r *receiver) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	body, _ := io.ReadAll(request.Body)
	r.method, r.uri, r.body, r.media = request.Method, request.RequestURI, string(body), request.Header.Get("Content-Type")
	w.WriteHeader(r.status)
	_, _ = io.WriteString(w, r.answer)
}

func setUp(t *testing.T) (*receiver, *fakeim.Sender) {
	t.Helper()
	r := &receiver{status: http.StatusOK, answer: `{"ActionStatus":"OK","ErrorInfo":"","ErrorCode":0}`}
	server := httptest.NewServer(r)
	t.Cleanup(server.Close)
	return r, &fakeim.Sender{
		URL: server.URL + "/callbacks/default/demo", SDKAppID: 1400000000, Token: "xxxxyyyy",
		Now: func() time.Time { return time.Unix(1669872112, 999) },
	}
}

const sign = "17773bc39a671d7b9aa835458704d2a6db81360a5940292b587d6d760d484061"

func TestSendLooksLikeCapturedTraffic(t *testing.T) {
	r, s := setUp(t)
	body := fakeim.InfoChanged("@TGS#2J4SZEAEL", "1670574414123", fakeim.Body{"Notification": "告知 & <b>"})
	reply, err := s.Send(t.Context(), body)
	if err != nil || !reply.OK() || string(reply.Raw) != r.answer {
		t.Errorf("reply %+v, %v", reply, err)
	}
	if want := "/callbacks/default/demo?CallbackCommand=Group.CallbackAfterGroupInfoChanged&ClientIP=203.0.113.7&OptPlatform=Web" +
		"&RequestTime=1669872112&SdkAppid=1400000000&Sign=" + sign + "&contenttype=json"; r.uri != want {
		t.Errorf("the URL is\n%s, want\n%s", r.uri, want)
	}
	if want := `{"CallbackCommand":"Group.CallbackAfterGroupInfoChanged","EventTime":"1670574414123","GroupId":"@TGS#2J4SZEAEL",` +
		`"Notification":"告知 & <b>","Operator_Account":"leckie","Type":"Public"}`; r.body != want {
		t.Errorf("the body is\n%s, want\n%s", r.body, want)
	}
	if r.method != http.MethodPost || r.media != "application/json" {
		t.Errorf("%s of %s", r.method, r.media)
	}
}

func TestOptionsChangeTheQuery(t *testing.T) {
	all := "CallbackCommand=c&ClientIP=203.0.113.7&OptPlatform=Web&RequestTime=1669872112&SdkAppid=1400000000&Sign=" + sign + "&contenttype=json"
	change := func(old, new string) string { return strings.Replace(all, old, new, 1) }
	for _, test := range []struct {
		name   string
		option fakeim.Option
		want   string
	}{
		{"no sign", fakeim.WithoutSign(), change("&Sign="+sign, "")},
		{"forged sign", fakeim.WithSign("f00d"), change(sign, "f00d")},
		{"another application", fakeim.WithSDKAppID(7), change("1400000000", "7")},
		{"no application", fakeim.Without("SdkAppid"), change("&SdkAppid=1400000000", "")},
		{"another time, signed", fakeim.WithRequestTime(time.Unix(5, 0)), change(sign, fakeim.Sign("xxxxyyyy", "5"))},
		{"a time that is no number, signed", fakeim.With("RequestTime", "x"), change(sign, fakeim.Sign("xxxxyyyy", "x"))},
		{"another command", fakeim.WithCommand("d"), change("CallbackCommand=c", "CallbackCommand=d")},
		{"another platform", fakeim.WithPlatform("RESTAPI"), change("Web", "RESTAPI")},
		{"a repeated parameter", fakeim.WithDuplicate("SdkAppid", "7"), change("SdkAppid=1400000000", "SdkAppid=1400000000&SdkAppid=7")},
		{"a repeated sign", fakeim.WithDuplicate("Sign", "7"), change(sign, sign+"&Sign=7")},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, s := setUp(t)
			request, err := s.Request(t.Context(), []byte(`{"CallbackCommand":"c"}`), test.option)
			if err != nil {
				t.Fatal(err)
			}
			want := test.want
			if q := request.URL.Query().Get("RequestTime"); q != "1669872112" {
				want = strings.Replace(want, "RequestTime=1669872112", "RequestTime="+q, 1)
			}
			if request.URL.RawQuery != want {
				t.Errorf("the query is\n%s, want\n%s", request.URL.RawQuery, want)
			}
		})
	}
}

func TestSenderWithoutATokenDoesNotSign(t *testing.T) {
	_, s := setUp(t)
	s.Token = ""
	request, err := s.Request(t.Context(), []byte("not json"))
	if want := "ClientIP=203.0.113.7&OptPlatform=Web&SdkAppid=1400000000&contenttype=json"; err != nil || request.URL.RawQuery != want {
		t.Errorf("the query is %s, %v; want %s", request.URL.RawQuery, err, want)
	}
}

func TestAFailureIsDecoded(t *testing.T) {
	r, s := setUp(t)
	r.status, r.answer = http.StatusForbidden, `{"ActionStatus":"FAIL","ErrorInfo":"no","ErrorCode":403}`
	reply, err := s.Send(t.Context(), []byte("{}"))
	if err != nil || reply.OK() || reply.HTTPStatus != 403 || reply.ErrorCode != 403 || reply.ErrorInfo != "no" {
		t.Errorf("reply %+v, %v", reply, err)
	}
	if r.body != "{}" {
		t.Errorf("raw bytes arrived as %q", r.body)
	}
}

func TestAnAnswerThatIsNotJSONIsAnError(t *testing.T) {
	r, s := setUp(t)
	r.answer = "ok"
	reply, err := s.Send(t.Context(), []byte("{}"))
	if err == nil || reply.HTTPStatus != 200 || string(reply.Raw) != "ok" {
		t.Errorf("reply %+v, %v", reply, err)
	}
}
