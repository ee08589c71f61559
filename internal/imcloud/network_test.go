// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package imcloud

import (
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

// overNetwork is a client of its own connections.
func overNetwork(t *testing.T, baseURL string) *Client {
	t.Helper()
	config := testConfig(nil)
	config.BaseURL, config.AllowedHost, config.Transport = baseURL, AllowedHost([]string{baseURL, strings.TrimPrefix(baseURL, "https://")}), nil
	config.QueriesPerSecond = maxQueriesPerSecond
	return newClient(t, config)
}

func TestConnectionsAreKept(t *testing.T) {
	cloud := fakeim.NewCloud(fakeim.Config{SDKAppID: testApp, Key: testKey})
	var connections atomic.Int32
	server := httptest.NewUnstartedServer(cloud)
	server.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateNew {
			connections.Add(1)
		}
	}
	server.Start()
	defer server.Close()
	c := overNetwork(t, server.URL)
	groups, ids := numbered(200)
	create(t, cloud, groups...)
	results, err := observe(t.Context(), c, ids...)
	if err != nil || len(results) != 200 || connections.Load() != 1 {
		t.Errorf("%d results, %v, over %d connections", len(results), err, connections.Load())
	}
}

func TestRequestsAreAsDocumented(t *testing.T) {
	var uri, body, media, method string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, _ := io.ReadAll(r.Body)
		q := r.URL.Query()
		uri = fmt.Sprintf("%s %d %v %v %v %d %d", r.URL.Path, len(q), q["sdkappid"], q["identifier"], q["contenttype"], len(q["usersig"]), len(q["random"]))
		body, media, method = string(text), r.Header.Get("Content-Type"), r.Method
		answers(`{"ActionStatus":"OK","ErrorCode":0,"GroupIdList":[],"GroupInfo":[]}`)(w, r)
	}))
	defer server.Close()
	c := overNetwork(t, server.URL)
	c.keys = []string{"Level"}
	for command, want := range map[string]string{
		listCommand: `{"Limit":10000,"Next":0}`,
		infoCommand: `{"GroupIdList":["g"],"ResponseFilter":{"GroupBaseInfoFilter":["Type","Name","Introduction","Notification","FaceUrl","Owner_Account"],"AppDefinedDataFilter_Group":["Level"]}}`,
	} {
		if command == listCommand {
			_, _ = list(t.Context(), c, 0)
		} else {
			_, _ = observe(t.Context(), c, "g")
		}
		if got := "/v4/group_open_http_svc/" + command + " 5 [1400000000] [administrator] [json] 1 1"; uri != got || body != want || method != http.MethodPost || media != "application/json" {
			t.Errorf("%s %s of %s: %s", method, uri, media, body)
		}
	}
}

func TestARedirectIsNotFollowed(t *testing.T) {
	var reached atomic.Bool
	other := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { reached.Store(true) }))
	defer other.Close()
	server := httptest.NewServer(http.RedirectHandler(other.URL, http.StatusTemporaryRedirect))
	defer server.Close()
	if _, err := observe(t.Context(), overNetwork(t, server.URL), "g"); kind(err) != "configuration" || reached.Load() {
		t.Errorf("%v; the other host was reached: %t", err, reached.Load())
	}
}

func TestConnectionsThatFailAreToldInFixedWords(t *testing.T) {
	untrusted := httptest.NewUnstartedServer(http.NotFoundHandler())
	untrusted.Config.ErrorLog = log.New(io.Discard, "", 0)
	untrusted.StartTLS()
	defer untrusted.Close()
	closed := httptest.NewServer(http.NotFoundHandler())
	closed.Close()
	short := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "100")
		answers(`{"remote":`)(w, r)
	}))
	defer short.Close()
	for baseURL, want := range map[string]string{
		untrusted.URL: "certificate", closed.URL: "refuses connections", short.URL: "broke",
	} {
		c := overNetwork(t, baseURL)
		_, err := c.send(t.Context(), infoCommand, c.sig.current(), []byte("{}"))
		if kind(err) != "unavailable" || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
		checkSecrets(t, fmt.Sprintf("%+v %#v", err, err))
	}
	if got := connectionWords(&net.DNSError{Name: "remote"}); got != "the name of the host cannot be resolved" {
		t.Error(got)
	}
}

// slow answers some time after it was asked, half of it before its clock is read.
type slow struct{ wait time.Duration }

func (s slow) RoundTrip(r *http.Request) (*http.Response, error) {
	<-time.After(s.wait)
	w := httptest.NewRecorder()
	answers(`{"ActionStatus":"OK","ErrorCode":0,"GroupInfo":[{"GroupId":"g","Name":"n"}]}`)(w, r)
	<-time.After(s.wait)
	return w.Result(), nil
}

func TestTheServersTimeIsNeverAfterTheStartOfTheRequest(t *testing.T) {
	for _, wait := range []time.Duration{0, 10 * time.Millisecond, 900 * time.Millisecond, 2 * time.Second} {
		for _, at := range []time.Duration{0, time.Millisecond, 500 * time.Millisecond, 999 * time.Millisecond} {
			synctest.Test(t, func(t *testing.T) {
				config := testConfig(nil)
				config.Transport = slow{wait}
				c := newClient(t, config)
				advance(t, at)
				start := time.Now()
				results, err := observe(t.Context(), c, "g")
				if err != nil {
					t.Fatal(err)
				}
				got := results[0].ServerTime
				if got.After(start) || start.Sub(got) > wait+2*time.Second || got.Nanosecond() != 0 {
					t.Errorf("asked at %v, answered after 2 × %v: %v", start, wait, got)
				}
			})
		}
	}
}

func TestRequestsKeepTheRate(t *testing.T) {
	withCloud(t, fakeim.Config{}, func(t *testing.T, cloud *fakeim.Cloud, c *Client) {
		start := time.Now()
		errs := make(chan error)
		for range 21 {
			go func() {
				_, err := observe(t.Context(), c, "g")
				errs <- err
			}()
		}
		var all error
		for range 21 {
			all = errors.Join(all, <-errs)
		}
		if took := time.Since(start); all != nil || took != time.Second || cloud.Calls(infoCommand) != 21 {
			t.Errorf("%d calls in %v: %v", cloud.Calls(infoCommand), took, all)
		}
	})
}
