// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package webhook

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/imgroup-operator/imgroup-operator/internal/apps"
	"github.com/imgroup-operator/imgroup-operator/internal/metrics"
)

func TestOnlyTheExactPathIsRouted(t *testing.T) {
	for path, want := range map[string]bool{
		"/callbacks/chat/lobby":             true,
		"http://host/callbacks/chat/lobby":  true, // the absolute form, which proxies send
		"/callbacks/chat/lobby?":            true,
		"/callbacks":                        false,
		"/callbacks/":                       false,
		"/callbacks/chat":                   false,
		"/callbacks/chat/":                  false,
		"/callbacks//lobby":                 false,
		"/callbacks/chat/lobby/":            false,
		"/callbacks/chat/lobby/more":        false,
		"/callbacks//chat/lobby":            false,
		"//callbacks/chat/lobby":            false,
		"/x/callbacks/chat/lobby":           false,
		"/x/../callbacks/chat/lobby":        false,
		"/callbacks/./chat/lobby":           false,
		"/callbacks/chat%2Flobby":           false,
		"/callbacks/chat/%6cobby":           false,
		"/callbacks/chat/lobby%2f":          false,
		"/Callbacks/chat/lobby":             false,
		"/callbacks/chat/lobby;x=1":         false,
		"/callbacks/chat/LOBBY":             false,
		"/callbacks/chat/lobb%C3%BF":        false,
		"/callbacks/lobby/chat":             false,
		"/healthz/":                         false,
		"/readyz":                           false,
		"/callbacks/chat/lobby%00":          false,
		"/callbacks/chat/lobby%20":          false,
		"/callbacks/chat/../../etc/passwd":  false,
		"/callbacks/chat/lobby%3fSign=here": false,
	} {
		t.Run(path, func(t *testing.T) {
			u, err := url.ParseRequestURI(path)
			if err != nil {
				t.Fatal(err)
			}
			w := newWorld(t)
			r := httptest.NewRequest(http.MethodGet, testPath, nil)
			r.URL = u
			rec := w.do(r)
			checkAnswer(t, rec, map[bool]outcome{true: methodNotAllowed, false: notFound}[want])
			if location := rec.Header().Get("Location"); location != "" {
				t.Errorf("redirected to %s", location)
			}
		})
	}
}

func TestBeforeTheAppsAreLoadedAnUnknownAppIsNotReady(t *testing.T) {
	w := newWorld(t)
	*w.apps = apps.Registry{}
	w.apps.Set(apps.App{Key: testApp, SDKAppID: testAppID, Ready: true, Tokens: [][]byte{[]byte(testToken)}})
	w.apps.Set(apps.App{Key: apps.Key{Namespace: "chat", Name: "asleep"}, Suspended: true})
	send := func(method, path string) *httptest.ResponseRecorder {
		r := request(infoChanged, `{"GroupId":"g"}`)
		r.Method, r.URL.Path = method, path
		return w.do(r)
	}
	checkAnswer(t, send("POST", "/callbacks/chat/unknown"), notReady)
	checkAnswer(t, send("GET", "/callbacks/chat/unknown"), methodNotAllowed)
	checkAnswer(t, send("POST", "/callbacks/chat"), notFound)
	checkAnswer(t, send("POST", "/callbacks/chat/asleep"), notFound)
	checkAnswer(t, send("POST", testPath), accepted)
	w.apps.MarkLoaded()
	checkAnswer(t, send("POST", "/callbacks/chat/unknown"), notFound)
	checkAnswer(t, send("GET", "/callbacks/chat/unknown"), notFound)
	if got := w.counted(metrics.CommandNone, metrics.OutcomeNotReady); got != 1 {
		t.Errorf("counted %v requests that came too early, want 1", got)
	}
}

func TestEveryMethodButPostIsRefused(t *testing.T) {
	for _, method := range []string{"GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "post", "PROPFIND"} {
		r := request(infoChanged, `{"GroupId":"g"}`)
		r.Method = method
		w := newWorld(t)
		checkAnswer(t, w.do(r), methodNotAllowed)
	}
}

func TestALoadBalancersHealthCheckIsAnswered(t *testing.T) {
	w := newWorld(t)
	*w.apps = apps.Registry{} // not loaded yet: what listens is healthy
	for _, target := range []string{"/", "/healthz", "/?x=1", "http://host/"} {
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			rec := w.do(httptest.NewRequest(method, target, nil))
			if rec.Code != http.StatusOK || rec.Body.String() != "ok" || rec.Header().Get("Content-Length") != "2" {
				t.Errorf("%s %s: %d %q", method, target, rec.Code, rec.Body)
			}
		}
		checkAnswer(t, w.do(httptest.NewRequest(http.MethodPost, target, nil)), notFound)
	}
	if log := w.log.String(); strings.Contains(log, "GET") || strings.Contains(log, "HEAD") {
		t.Errorf("a health check is logged: %s", log)
	}
}
