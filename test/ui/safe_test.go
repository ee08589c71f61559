// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

// visit opens an address in a browser that expects to be refused.
func visit(t *testing.T, address string) *tab {
	t.Helper()
	b := newTab(t, "the server responded with a status of", "ERR_", "Cross-Origin-Opener-Policy")
	b.do(chromedp.Navigate(address))
	return b
}

// A name of somebody else's that leads to this machine is what DNS rebinding makes of a page.
func TestAnotherHostIsRefused(t *testing.T) {
	link := serve(t, "-n", "safe")
	b := visit(t, strings.Replace(link, "127.0.0.1", rebound, 1))
	if got := b.text("body"); !strings.Contains(got, "Misdirected Request") {
		t.Errorf("it shows %q", got)
	}
}

func TestWithoutTheCookieNothingIsShown(t *testing.T) {
	link := serve(t, "-n", "safe")
	page := eval[string](open(t, link), `location.href.split("#")[0]`)
	for _, address := range []string{page, page + "stream", page + "group?namespace=safe&name=x", page + "main.js", origin(link) + "/?token=wrong", origin(link) + "/"} {
		if got := visit(t, address).text("body"); !strings.Contains(got, "This page is for the browser that had the link") {
			t.Errorf("%s shows %q", address, got)
		}
	}
}

// A page of another server on this machine has the same site, and so gets cookies; one elsewhere does not even have that.
func TestAnotherOriginGetsNothing(t *testing.T) {
	link := serve(t, "-n", "safe")
	good := open(t, link)
	page := eval[string](good, `location.href.split("#")[0]`)
	told(t, "safe", "support", fakeim.Created("@TGS#2SAFE", nil, "leckie", "A secret name"))
	var cookies atomic.Pointer[string]
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		cookie := r.Header.Get("Cookie")
		cookies.Store(&cookie)
		w.Header().Set("Content-Type", "text/html")
		_, _ = fmt.Fprint(w, "<title>other</title><p>another page")
	}))
	t.Cleanup(other.Close)
	for _, from := range []string{other.URL, strings.Replace(other.URL, "127.0.0.1", "localhost", 1)} {
		b := good.beside(t) // the browser that has the cookie
		b.do(chromedp.Navigate(from))
		if got := *cookies.Load(); got != "" {
			t.Errorf("%s is sent the cookie %s", from, got)
		}
		for _, address := range []string{page + "stream", page + "group?namespace=safe&name=x", page} {
			got := eval[string](b, `fetch(`+quoted(address)+`, { credentials: "include" }).then((r) => r.text(), (e) => "refused: " + e)`)
			if !strings.HasPrefix(got, "refused: ") {
				t.Errorf("%s reads %q from %s", from, got, address)
			}
			status := eval[string](b, `fetch(`+quoted(address)+`, { credentials: "include", mode: "no-cors" }).then((r) => r.type, (e) => "refused: " + e)`)
			if !strings.HasPrefix(status, "refused: ") {
				t.Errorf("%s may embed %s: %s", from, address, status)
			}
		}
	}
}

func TestNobodyFramesThePage(t *testing.T) {
	link := serve(t, "-n", "safe")
	good := open(t, link)
	page := eval[string](good, `location.href.split("#")[0]`)
	other := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = fmt.Fprintf(w, `<iframe name=framed src="%s"></iframe>`, page)
	}))
	t.Cleanup(other.Close)
	b := good.beside(t)
	b.do(chromedp.Navigate(other.URL))
	// Only what was refused counts as another origin's: the page itself would answer.
	if got := eval[string](b, `(() => { try { return frames[0].document.title } catch (e) { return e.name } })()`); got != "SecurityError" {
		t.Errorf("the frame says %q", got)
	}
	asked := 0
	for _, address := range b.asked() {
		if strings.HasPrefix(address, page) && address != page {
			asked++
		}
	}
	if asked > 0 {
		t.Errorf("the frame has loaded %d parts of the page", asked)
	}
}

// A page can change nothing, whatever it sends.
func TestOnlyGetIsAnswered(t *testing.T) {
	b := open(t, serve(t, "-n", "safe"), "405")
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodPatch, http.MethodHead, http.MethodOptions} {
		if got := eval[int](b, `fetch("group", { method: `+quoted(method)+` }).then((r) => r.status)`); got != http.StatusMethodNotAllowed {
			t.Errorf("%s is answered with %d", method, got)
		}
	}
}

// hostile are texts that people may choose for groups.
var hostile = []string{
	`<img src=x onerror="window.pwned=1">`, `<script>window.pwned=1</script>`, `"><svg onload=window.pwned=1>`, `{{constructor.constructor('window.pwned=1')()}}`,
	"\u202egnp.exe \u2066 abc", "x\u0000y\u001b[31mred", strings.Repeat("very long ", 100), strings.Repeat("W", 1000), "z\u0310\u0311\u0312\u0313" + strings.Repeat("\u0310", 200),
	"__proto__", "constructor", "javascript:window.pwned=1",
}

func TestHostileTextsAreTexts(t *testing.T) {
	for i, text := range hostile {
		id := fmt.Sprint(i, text)
		id = id[:min(len(id), 100)]
		told(t, "hostile", "support", fakeim.InfoChanged(strings.ToValidUTF8(id, ""), nil, fakeim.Body{"Name": text, "Notification": text, "Introduction": text,
			"FaceUrl": text, "Operator_Account": text[:min(len(text), 60)], "Type": text[:min(len(text), 20)], "UserDefinedDataList": fakeim.CustomFields(text[:min(len(text), 30)], text)}))
	}
	b := open(t, serve(t, "-n", "hostile"))
	b.until(fmt.Sprintf(`document.querySelector("#count").innerText === "%d of %d"`, len(hostile), len(hostile)))
	for i := range hostile {
		b.do(script(fmt.Sprintf(`document.querySelectorAll("#rows tr:not(.space) .open")[%d].click()`, i)))
		b.until(`document.querySelector("#panel .texts") !== null && document.querySelector("#panel-title").innerText === ` +
			fmt.Sprintf(`document.querySelectorAll("#rows tr:not(.space) .open")[%d].innerText`, i))
	}
	told(t, "hostile", "support", fakeim.InfoChanged("0"+hostile[0], nil, fakeim.Body{"Name": hostile[1]}))
	for what, wrong := range map[string]string{
		"a script ran":               `window.pwned === 1`,
		"an element was made":        `document.querySelector("#rows img, #panel img, #timeline img, main script, main svg:not(.curve), main a") !== null`,
		"a row is not as the others": `[...document.querySelectorAll("#rows tr:not(.space):not([hidden])")].some((e) => Math.abs(e.offsetHeight - 56) > 1)`,
		"the page is wider":          `document.documentElement.scrollWidth > innerWidth`,
		"an ID hides a character":    `[...document.querySelectorAll("code")].some((e) => /[\u202a-\u202e\u2066-\u2069\u0000-\u0008]/.test(e.textContent))`,
	} {
		if eval[bool](b, wrong) {
			t.Error(what)
		}
	}
}

func TestPicturesOfGroupsAreLoadedOnlyWhenAskedFor(t *testing.T) {
	const pixel = "GIF89a\x01\x00\x01\x00\x80\x00\x00\xff\xff\xff\x00\x00\x00!\xf9\x04\x01\x00\x00\x00\x00,\x00\x00\x00\x00\x01\x00\x01\x00\x00\x02\x02D\x01\x00;"
	var loaded atomic.Int32
	pictures := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		loaded.Add(1)
		if r.Referer() != "" || r.Header.Get("Cookie") != "" {
			t.Errorf("it is told %v", r.Header)
		}
		w.Header().Set("Content-Type", "image/gif")
		_, _ = fmt.Fprint(w, pixel)
	}))
	t.Cleanup(pictures.Close)
	told(t, "safe", "support", fakeim.InfoChanged("@TGS#2FACE", nil, fakeim.Body{"Name": "With a picture", "FaceUrl": pictures.URL + "/face.gif"}))
	groupOf(t, "safe", "@TGS#2FACE")
	b := open(t, serve(t, "-n", "safe"))
	b.until(row("@TGS#2FACE") + ` !== undefined`)
	b.do(script(row("@TGS#2FACE") + `.querySelector("button").click()`))
	b.until(`document.querySelector("#panel .texts") !== null`)
	// Even a script of the page could not load one.
	if eval[bool](b, `new Promise((done) => { const i = new Image(); i.onload = () => done(true); i.onerror = () => done(false); i.src = `+quoted(pictures.URL)+`; })`) || loaded.Load() > 0 {
		t.Error("a picture was loaded before anybody asked")
	}
	b.forgive("violates the following Content Security Policy directive")
	b.do(chromedp.Click(chromedp.CSS("#pictures")))
	b.until(row("@TGS#2FACE") + `?.querySelector(".avatar img") != null`)
	if loaded.Load() == 0 {
		t.Error("no picture was loaded")
	}
	b.do(chromedp.Click(chromedp.CSS("#pictures")))
	b.until(row("@TGS#2FACE") + `?.querySelector(".avatar img") === null && !location.search`)
}

// beside is another tab of the same browser, which has the same cookies.
func (b *tab) beside(t *testing.T) *tab {
	t.Helper()
	next := &tab{t: t}
	ctx, end := chromedp.NewContext(b.ctx, chromedp.WithListener(next.listen))
	next.ctx = ctx
	t.Cleanup(end)
	must(t, chromedp.Do(ctx, chromedp.EmulateViewport(800, 600)))
	must(t, call(next, network.Enable, network.EnableParams{}))
	return next
}
