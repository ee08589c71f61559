// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// siteOf is a server that is not started, with groups.
func siteOf(t *testing.T) (g *guard, handler http.Handler) {
	t.Helper()
	h := newHub(time.Now)
	h.begin(nil)
	g = newGuard("127.0.0.1:8484")
	handler = g.wrap(&site{hub: h})
	return g, handler
}

// ask sends a request that a browser would send which was let in, with some changes.
func ask(g *guard, handler http.Handler, path string, change func(*http.Request)) *http.Response {
	r := httptest.NewRequest(http.MethodGet, "http://127.0.0.1:8484"+path, nil)
	r.AddCookie(&http.Cookie{Name: cookieName, Value: g.cookie})
	if change != nil {
		change(r)
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	return w.Result()
}

func TestWhoIsLetIn(t *testing.T) {
	g, handler := siteOf(t)
	header := func(name, value string) func(*http.Request) {
		return func(r *http.Request) { r.Header.Set(name, value) }
	}
	for _, test := range []struct {
		name   string
		path   string
		change func(*http.Request)
		want   int
	}{
		{"the browser that had the link", g.path, nil, http.StatusOK},
		{"its files", g.path + "main.js", header("Sec-Fetch-Site", "same-origin"), http.StatusOK},
		{"an address that was typed", g.path, header("Sec-Fetch-Site", "none"), http.StatusOK},
		{"its own origin", g.path, header("Origin", "http://127.0.0.1:8484"), http.StatusOK},
		{"another origin", g.path, header("Origin", "http://127.0.0.1:8485"), http.StatusForbidden},
		{"no origin that has a name", g.path, header("Origin", "null"), http.StatusForbidden},
		{"two origins", g.path, func(r *http.Request) { r.Header["Origin"] = []string{g.origin, "http://evil.example"} }, http.StatusForbidden},
		{"another server of this machine", g.path, header("Sec-Fetch-Site", "same-site"), http.StatusForbidden},
		{"a page elsewhere", g.path, header("Sec-Fetch-Site", "cross-site"), http.StatusForbidden},
		{"another name for this machine", g.path, func(r *http.Request) { r.Host = "evil.example:8484" }, http.StatusMisdirectedRequest},
		{"a name that begins the same", g.path, func(r *http.Request) { r.Host = "127.0.0.1:8484.evil.example" }, http.StatusMisdirectedRequest},
		{"another port", g.path, func(r *http.Request) { r.Host = "127.0.0.1:80" }, http.StatusMisdirectedRequest},
		{"no cookie", g.path, func(r *http.Request) { r.Header.Del("Cookie") }, http.StatusForbidden},
		{"another cookie", g.path + "stream", header("Cookie", cookieName+"=guessed"), http.StatusForbidden},
		{"an empty cookie", g.path + "group", header("Cookie", cookieName+"="), http.StatusForbidden},
		{"a cookie without the path", "/main.js", nil, http.StatusNotFound},
		{"a path below", g.path + "page/main.js", nil, http.StatusNotFound},
		{"a path above", g.path + "../guard.go", nil, http.StatusNotFound},
		{"a file that is not there", g.path + "x.js", nil, http.StatusNotFound},
		{"a group that is not there", g.path + "group?namespace=a&name=b", nil, http.StatusNotFound},
		{"no token", "/", nil, http.StatusForbidden},
		{"an empty token", "/?token=", nil, http.StatusForbidden},
		{"a wrong token", "/?token=" + strings.ToLower(g.token), nil, http.StatusForbidden},
		{"the token from a page elsewhere", "/?token=" + g.token, header("Sec-Fetch-Site", "cross-site"), http.StatusForbidden},
		{"the token", "/?token=" + g.token, nil, http.StatusSeeOther},
		{"the token again", "/?token=" + g.token, nil, http.StatusSeeOther},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := ask(g, handler, test.path, test.change); got.StatusCode != test.want {
				t.Errorf("answered with %s, want %d", got.Status, test.want)
			}
		})
	}
}

func TestOnlyGET(t *testing.T) {
	g, handler := siteOf(t)
	for _, method := range []string{http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions, http.MethodConnect, http.MethodTrace} {
		for _, path := range []string{"/", g.path, g.path + "group"} {
			got := ask(g, handler, path, func(r *http.Request) { r.Method = method })
			if got.StatusCode != http.StatusMethodNotAllowed || got.Header.Get("Allow") != http.MethodGet {
				t.Errorf("%s %s: %s", method, path, got.Status)
			}
		}
	}
}

func TestTheCookie(t *testing.T) {
	g, handler := siteOf(t)
	got := ask(g, handler, "/?token="+g.token, nil)
	cookies := got.Cookies()
	if len(cookies) != 1 || !cookies[0].HttpOnly || cookies[0].SameSite != http.SameSiteStrictMode || cookies[0].Path != g.path || len(g.path) < 20 || cookies[0].Domain != "" {
		t.Errorf("cookies: %v", cookies)
	}
	if to := got.Header.Get("Location"); to != g.path || strings.Contains(to, g.token) {
		t.Errorf("redirected to %s", to)
	}
}

func TestALinkThatOpensABrowserWorksOnce(t *testing.T) {
	g, handler := siteOf(t)
	if got := ask(g, handler, "/?token=", nil); got.StatusCode != http.StatusForbidden {
		t.Errorf("before there is one nothing is good enough: %s", got.Status)
	}
	token := g.once()
	for i, want := range []int{http.StatusSeeOther, http.StatusForbidden, http.StatusForbidden} {
		if got := ask(g, handler, "/?token="+token, nil); got.StatusCode != want {
			t.Errorf("time %d: %s", i, got.Status)
		}
	}
}

func TestHeadersOfEveryAnswer(t *testing.T) {
	g, handler := siteOf(t)
	for _, path := range []string{g.path, g.path + "style.css", "/", "/nothing"} {
		h := ask(g, handler, path, nil).Header
		for name, want := range map[string]string{"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "X-Frame-Options": "DENY",
			"Referrer-Policy": "no-referrer", "Cross-Origin-Resource-Policy": "same-origin", "Cross-Origin-Opener-Policy": "same-origin"} {
			if got := h.Get(name); got != want {
				t.Errorf("%s: %s: %q", path, name, got)
			}
		}
		for _, want := range []string{"default-src 'none'", "script-src 'self';", "connect-src 'self';", "img-src 'self';", "base-uri 'none'", "form-action 'none'",
			"frame-ancestors 'none'", "require-trusted-types-for 'script'", "trusted-types 'none'"} {
			if got := h.Get("Content-Security-Policy"); !strings.Contains(got, want) || strings.Contains(got, "unsafe") {
				t.Errorf("%s: the policy %q has no %s", path, got, want)
			}
		}
	}
	for path, want := range map[string]bool{"?pictures": true, "": false, "main.js?pictures": false, "stream?x": false} {
		if strings.HasPrefix(path, "stream") {
			continue // it does not end by itself
		}
		if got := strings.Contains(ask(g, handler, g.path+path, nil).Header.Get("Content-Security-Policy"), "img-src 'self' https:;"); got != want {
			t.Errorf("%q: pictures from elsewhere: %t", path, got)
		}
	}
}

func TestItListensOnLoopbackAlone(t *testing.T) {
	s, err := listen(0, http.NotFoundHandler())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = s.Close() }()
	address, ok := s.Addr().(*net.TCPAddr)
	if !ok || !address.IP.IsLoopback() {
		t.Errorf("it listens on %v", s.Addr())
	}
	if s.http.ReadHeaderTimeout == 0 || s.http.IdleTimeout == 0 || s.http.WriteTimeout == 0 || s.http.MaxHeaderBytes == 0 {
		t.Errorf("a bound is missing: %+v", s.http)
	}
	if _, err := listen(address.Port, http.NotFoundHandler()); err == nil {
		t.Error("a port that is taken is taken again")
	}
}

func TestStreamsAreBounded(t *testing.T) {
	g, handler := siteOf(t)
	server := httptest.NewServer(handler)
	g.origin = server.URL
	t.Cleanup(server.Close) // after the streams, for which it waits
	get := func() *http.Response {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL+g.path+"stream", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.AddCookie(&http.Cookie{Name: cookieName, Value: g.cookie})
		response, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		return response
	}
	open := make([]*http.Response, maxStreams)
	for i := range open {
		open[i] = get()
		t.Cleanup(func() { _ = open[i].Body.Close() })
		first := make([]byte, len("data: {"))
		if _, err := io.ReadFull(open[i].Body, first); err != nil || string(first) != "data: {" || open[i].Header.Get("Content-Type") != "text/event-stream" {
			t.Fatalf("stream %d: %s %q %v", i, open[i].Status, first, err)
		}
	}
	refused := get()
	defer refused.Body.Close()
	if refused.StatusCode != http.StatusTooManyRequests {
		t.Errorf("one too many is answered with %s", refused.Status)
	}
}
