// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhook

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/imgroup-operator/imgroup-operator/internal/apps"
)

func TestThePublishedSignVectorsHold(t *testing.T) {
	const wrong = "17773bc39a671d7b9aa835458704d2a6db81360a5940292b587d6d760d484061"
	for _, v := range []struct {
		token string
		time  int64
		sign  string
		want  outcome
	}{
		{"xxxxyyyy", 1669872112, "17773bc39a671d7b9aa835458704d2a6db81360a5940292b587d6d760d484061", proceed},
		{"xxxyyy", 1669872112, "e78a85473bed2cdc8d6fa8c4d5a4ba4735fd64156e15a99516b9890293e135de", proceed},
		{"xxxyyy", 1669872112, wrong, wrongSign}, // as an older page of Tencent's printed it
		{"s3cr3t-token", 1700000000, "ce915f7416d7af3c2f15544a0a392ae3b33ecc5dd08ee2f1c82821782f684a19", proceed},
	} {
		app := apps.App{SDKAppID: 1, Tokens: [][]byte{[]byte(v.token)}}
		q, _ := parseQuery("SdkAppid=1&Sign=" + v.sign + "&RequestTime=" + strconv.FormatInt(v.time, 10))
		if got := verify(app, q, time.Unix(v.time, 0)); got != v.want {
			t.Errorf("token %s: outcome %d, want %d", v.token, got, v.want)
		}
	}
}

func TestSignAndRequestTime(t *testing.T) {
	now := testNow.Unix()
	at := func(seconds int64, token string) (string, string) {
		text := strconv.FormatInt(seconds, 10)
		return text, sign(token, text)
	}
	table := []struct {
		name       string
		time, sign string
		want       outcome
	}{}
	add := func(name string, want outcome, time, sign string) {
		table = append(table, struct {
			name       string
			time, sign string
			want       outcome
		}{name, time, sign, want})
	}
	addAt := func(name string, want outcome, seconds int64, token string) {
		time, sign := at(seconds, token)
		add(name, want, time, sign)
	}
	nowText, good := at(now, testToken)
	addAt("the token", proceed, now, testToken)
	addAt("the previous token", proceed, now, testPrevious)
	addAt("another token", wrongSign, now, "guess")
	addAt("the empty token", wrongSign, now, "")
	addAt("60 s old", proceed, now-60, testToken)
	addAt("61 s old", expired, now-61, testToken)
	addAt("60 s ahead", proceed, now+60, testToken)
	addAt("61 s ahead", expired, now+61, testToken)
	addAt("in milliseconds", expired, now*1000, testToken)
	addAt("old and wrong", expired, now-61, "guess")
	add("upper case", proceed, nowText, strings.ToUpper(good))
	add("both cases", proceed, nowText, strings.ToUpper(good[:32])+good[32:])
	add("leading zeros, which are signed too", proceed, "00"+nowText, sign(testToken, "00"+nowText))
	add("leading zeros that are not signed", wrongSign, "00"+nowText, good)
	add("a sign of another time", wrongSign, strconv.FormatInt(now-1, 10), good)
	add("no Sign", unsigned, nowText, "")
	add("no RequestTime", unsigned, "", sign(testToken, ""))
	add("a short Sign", unsigned, nowText, good[:62])
	add("a long Sign", unsigned, nowText, good+"00")
	add("a Sign that is no hex", unsigned, nowText, "z"+good[1:])
	for _, text := range []string{"+" + nowText, "-" + nowText, " " + nowText, nowText + ".0", "1.7e9", "0x6553f100", nowText + "\n", "99999999999999999999", "١٧٠٠٠٠٠٠٠٠"} {
		add("RequestTime "+text, unsigned, text, sign(testToken, text))
	}
	for _, row := range table {
		t.Run(row.name, func(t *testing.T) {
			query := url.Values{"SdkAppid": {"1400000000"}, "CallbackCommand": {infoChanged}, "Sign": {row.sign}, "RequestTime": {row.time}}
			w := newWorld(t)
			rec := w.do(httptest.NewRequest(http.MethodPost, testPath+"?"+query.Encode(), strings.NewReader(`{"GroupId":"g"}`)))
			if want := max(row.want, accepted); rec.Body.String() != string(want.answer().body) {
				t.Errorf("answer %s, want %s", rec.Body, want.answer().body)
			}
		})
	}
}

func TestAfterARotationTheOldTokenIsRefused(t *testing.T) {
	w := newWorld(t)
	w.setApp(func(a *apps.App) { a.Tokens = [][]byte{[]byte(testToken)} })
	r := request(infoChanged, `{"GroupId":"g"}`)
	r.URL.RawQuery = signedQuery(testPrevious) + "&CallbackCommand=" + infoChanged
	checkAnswer(t, w.do(r), wrongSign)
}

func TestAnAppWithoutTokensAcceptsNothingUnlessItSaysSo(t *testing.T) {
	w := newWorld(t)
	w.setApp(func(a *apps.App) { a.Tokens = nil })
	checkAnswer(t, w.post(infoChanged, `{"GroupId":"g"}`), wrongSign)
}

func TestAnUnsignedAppLooksAtNoSign(t *testing.T) {
	for query, want := range map[string]outcome{
		"SdkAppid=1400000000":                            accepted,
		"SdkAppid=1400000000&Sign=%zz&RequestTime=never": accepted,
		"SdkAppid=1400000000&Sign=a&Sign=b":              repeatedParameter,
		"SdkAppid=1400000001":                            wrongAppID,
		"":                                               wrongAppID,
	} {
		t.Run(query, func(t *testing.T) {
			w := newWorld(t)
			w.setApp(func(a *apps.App) { a.Tokens, a.AllowUnsigned = nil, true })
			r := request("", `{"GroupId":"g","CallbackCommand":"Group.CallbackAfterGroupInfoChanged"}`)
			r.URL.RawQuery = query
			checkAnswer(t, w.do(r), want)
		})
	}
}

func TestSdkAppidIsComparedAsText(t *testing.T) {
	for value, want := range map[string]outcome{
		"1400000000": accepted, "01400000000": wrongAppID, "%2B1400000000": wrongAppID, "1400000000.0": wrongAppID, "1.4e9": wrongAppID,
		"": wrongAppID, "1400000000+": wrongAppID, "14000000%30%30": accepted, "5694967296": wrongAppID, "%zz": wrongAppID,
	} {
		r := request(infoChanged, `{"GroupId":"g"}`)
		r.URL.RawQuery = strings.Replace(r.URL.RawQuery, "SdkAppid=1400000000", "SdkAppid="+value, 1)
		if rec := newWorld(t).do(r); rec.Body.String() != string(want.answer().body) {
			t.Errorf("SdkAppid=%s: %s, want %s", value, rec.Body, want.answer().body)
		}
	}
}

func TestTheQueryIsReadToTheLetter(t *testing.T) {
	given := func(value string) parameter { return parameter{value, true} }
	for raw, want := range map[string]struct {
		q query
		o outcome
	}{
		"":                                    {query{}, proceed},
		"&&=&=x&;":                            {query{}, proceed},
		"sdkappid=1&SDKAppID=2&sign=3":        {query{}, proceed},
		"SdkAppid":                            {query{sdkAppID: given("")}, proceed},
		"SdkAppid=1=2":                        {query{sdkAppID: given("1=2")}, proceed},
		"SdkAppid=1;Sign=2":                   {query{sdkAppID: given("1;Sign=2")}, proceed},
		"%53ign=a&Sign=b":                     {query{sign: given("a")}, repeatedParameter},
		"Sign=&Sign=":                         {query{sign: given("")}, repeatedParameter},
		"RequestTime=1&RequestTime=1":         {query{requestTime: given("1")}, repeatedParameter},
		"SdkAppid=1&SdkAppid=1":               {query{sdkAppID: given("1")}, repeatedParameter},
		"CallbackCommand=a&CallbackCommand=b": {query{command: given("a")}, repeatedParameter},
		"OptPlatform=a&OptPlatform=b&x=&x=":   {query{platform: given("a")}, proceed},
		"ClientIP=%3A%3A1&contenttype=json":   {query{clientIP: given("::1")}, proceed},
		"OptPlatform=%zz":                     {query{platform: given("%zz")}, proceed},
		"%zz=1&Sign%=2":                       {query{}, proceed},
	} {
		if q, o := parseQuery(raw); q != want.q || o != want.o {
			t.Errorf("%q is read as %+v, %d; want %+v, %d", raw, q, o, want.q, want.o)
		}
	}
}
