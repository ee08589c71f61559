// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"crypto/rand"
	"crypto/subtle"
	"net/http"
	"strings"
	"sync"
)

// guard lets in the browser that had the link, and nobody else on this machine or on the web. The link's token is
// exchanged for a cookie. Cookies know no ports: that of this server goes only to a path that no other server knows.
type guard struct {
	origin string // http://127.0.0.1:PORT
	token  string // of the printed link
	path   string // of the page, with a slash at each end
	cookie string

	mu       sync.Mutex
	onceOnly string // the token of a link that works once; "": there is none
}

func newGuard(address string) *guard {
	return &guard{origin: "http://" + address, token: rand.Text(), path: "/" + rand.Text() + "/", cookie: rand.Text()}
}

// cookieName is that of the cookie.
const cookieName = "imgroup-ui"

// link is where a browser begins.
func (g *guard) link(token string) string { return g.origin + "/?token=" + token }

// once makes a token that works once: others on this machine can see the link that a browser is started with.
func (g *guard) once() string {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.onceOnly = rand.Text()
	return g.onceOnly
}

// redeem reports whether a token is good.
func (g *guard) redeem(token string) bool {
	if equal(token, g.token) {
		return true
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.onceOnly == "" || !equal(token, g.onceOnly) {
		return false
	}
	g.onceOnly = ""
	return true
}

func equal(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// enter exchanges a token for the cookie.
func (g *guard) enter(w http.ResponseWriter, r *http.Request) {
	if !g.redeem(r.URL.Query().Get("token")) {
		refuse(w, http.StatusForbidden)
		return
	}
	http.SetCookie(w, &http.Cookie{Name: cookieName, Value: g.cookie, Path: g.path, HttpOnly: true, SameSite: http.SameSiteStrictMode}) //nolint:gosec // not Secure: it is for plain HTTP on loopback
	http.Redirect(w, r, g.path, http.StatusSeeOther)
}

// wrap is what all requests pass.
func (g *guard) wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		setHeaders(w.Header())
		switch status := g.check(r); {
		case status != http.StatusOK:
			refuse(w, status)
		case r.URL.Path == "/":
			g.enter(w, r)
		case !strings.HasPrefix(r.URL.Path, g.path):
			refuse(w, http.StatusNotFound)
		case !g.knows(r):
			refuse(w, http.StatusForbidden)
		default:
			http.StripPrefix(g.path, next).ServeHTTP(w, r)
		}
	})
}

// check is http.StatusOK for what a browser sends by itself or for this page. Another name for this address is that of
// somebody whose name servers point here; another origin is another page.
func (g *guard) check(r *http.Request) int {
	origin, site := r.Header.Values("Origin"), r.Header.Get("Sec-Fetch-Site")
	switch {
	case "http://"+r.Host != g.origin:
		return http.StatusMisdirectedRequest
	case len(origin) > 1 || len(origin) == 1 && origin[0] != g.origin:
		return http.StatusForbidden
	case site != "" && site != "same-origin" && site != "none":
		return http.StatusForbidden
	case r.Method != http.MethodGet:
		return http.StatusMethodNotAllowed
	}
	return http.StatusOK
}

func (g *guard) knows(r *http.Request) bool {
	for _, c := range r.CookiesNamed(cookieName) {
		if equal(c.Value, g.cookie) {
			return true
		}
	}
	return false
}

// setHeaders takes from a browser what no page of this server needs.
func setHeaders(h http.Header) {
	for name, value := range map[string]string{
		"Cache-Control":                "no-store",
		"Content-Security-Policy":      policy(""),
		"Cross-Origin-Opener-Policy":   "same-origin",
		"Cross-Origin-Resource-Policy": "same-origin",
		"Referrer-Policy":              "no-referrer",
		"X-Content-Type-Options":       "nosniff",
		"X-Frame-Options":              "DENY",
	} {
		h.Set(name, value)
	}
}

// policy allows what the page is made of, and nothing from elsewhere but pictures, if any.
func policy(pictures string) string {
	return "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self'" + pictures + "; " +
		"base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
}

func refuse(w http.ResponseWriter, status int) {
	text := http.StatusText(status)
	if status == http.StatusForbidden {
		text = "This page is for the browser that had the link of kubectl imgroup ui. A link that opened a browser works once; the printed one works again."
	}
	if status == http.StatusMethodNotAllowed {
		w.Header().Set("Allow", http.MethodGet)
	}
	http.Error(w, text, status)
}
