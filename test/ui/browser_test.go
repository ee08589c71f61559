// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"

	"github.com/imgroup-operator/imgroup-operator/test/harness"
)

// browsers are the names of programs that will do, the smallest first.
var browsers = []string{"chromium-headless-shell", "chromium", "chromium-browser", "google-chrome"}

// Names that lead to this machine, as those of somebody's own name servers could.
const rebound = "rebound.example"

func startBrowser(s *harness.SetUp) error {
	program := os.Getenv("CHROMIUM")
	for _, name := range browsers {
		if path, err := exec.LookPath(name); err == nil && program == "" {
			program = path
		}
	}
	if program == "" {
		return errors.New("no Chromium is found in the PATH or named by CHROMIUM: hack/browser.sh says how to get one")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(program), chromedp.Flag("lang", "en"),
		chromedp.Flag("host-resolver-rules", "MAP "+rebound+" 127.0.0.1"), chromedp.Flag("ignore-certificate-errors", true))
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	allocated, end := chromedp.NewExecAllocator(context.Background(), options...)
	s.AtEnd(end)
	var stop context.CancelFunc
	world.browser, stop = chromedp.NewContext(allocated)
	s.AtEnd(stop)
	return chromedp.Do(world.browser)
}

// tab is a page in a browser that knows nothing of other tests.
type tab struct {
	t   *testing.T
	ctx context.Context

	mu       sync.Mutex
	said     []string // in the console
	requests []string
}

// forgive takes back what the console has said.
func (b *tab) forgive(part string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.said = slices.DeleteFunc(b.said, func(text string) bool { return strings.Contains(text, part) })
}

// newTab fails the test if the console says anything but what is expected.
func newTab(t *testing.T, expected ...string) *tab {
	t.Helper()
	b := &tab{t: t}
	var end context.CancelFunc
	b.ctx, end = chromedp.NewContext(world.browser, chromedp.WithNewBrowserContext(), chromedp.WithListener(b.listen))
	t.Cleanup(func() {
		end()
		b.mu.Lock()
		defer b.mu.Unlock()
		for _, text := range b.said {
			if !containsAny(text, expected) {
				t.Errorf("the console says: %s", text)
			}
		}
	})
	must(t, chromedp.Do(b.ctx, chromedp.EmulateViewport(1440, 900))) // the tab lives as long as this context
	for _, err := range []error{call(b, network.Enable, network.EnableParams{}), call(b, log.Enable, cdp.Empty{})} {
		must(t, err)
	}
	return b
}

func containsAny(text string, parts []string) bool {
	for _, part := range parts {
		if strings.Contains(text, part) {
			return true
		}
	}
	return false
}

func (b *tab) listen(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventConsoleAPICalled:
		for _, a := range e.Args {
			b.said = append(b.said, string(a.Value))
		}
	case *runtime.EventExceptionThrown:
		b.said = append(b.said, e.ExceptionDetails.Text+" "+describe(e.ExceptionDetails.Exception))
	case *log.EventEntryAdded:
		b.said = append(b.said, e.Entry.Text+" "+e.Entry.URL)
	case *network.EventRequestWillBeSent:
		b.requests = append(b.requests, e.Request.URL)
	}
}

func describe(o *runtime.RemoteObject) string {
	if o == nil {
		return ""
	}
	return o.Description
}

// asked are the addresses that were asked for.
func (b *tab) asked() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]string{}, b.requests...)
}

// step is something to do in a browser.
type step = chromedp.Action[chromedp.Void]

func (b *tab) do(steps ...step) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, harness.Patience)
	defer cancel()
	must(b.t, chromedp.Do(ctx, steps...))
}

// call sends a command of the browser's protocol.
func call[params, result any](b *tab, c cdp.Command[params, result], p params) error {
	ctx, cancel := context.WithTimeout(b.ctx, harness.Patience)
	defer cancel()
	_, err := chromedp.Call(ctx, c, p)
	return err
}

// eval runs a script and returns its result, for which it waits.
func eval[result any](b *tab, script string) result {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, harness.Patience)
	defer cancel()
	r, err := chromedp.Run(ctx, chromedp.Evaluate[result](script, chromedp.EvalAwaitPromise))
	must(b.t, err)
	return r
}

// script runs a script.
func script(text string) step { return chromedp.Evaluate[chromedp.Void](text) }

// until waits until a script is true.
func (b *tab) until(script string) {
	b.t.Helper()
	eventually(b.t, script, func() error {
		if !eval[bool](b, script) {
			return errors.New(eval[string](b, "document.body.innerText"))
		}
		return nil
	})
}

// text is what an element shows.
func (b *tab) text(selector string) string {
	b.t.Helper()
	return eval[string](b, "document.querySelector("+quoted(selector)+").innerText")
}

// open opens a page of the plugin and waits until it is live.
func open(t *testing.T, url string, expected ...string) *tab {
	t.Helper()
	b := newTab(t, expected...)
	b.do(chromedp.Navigate(url))
	b.until(`document.querySelector("#live").dataset.state === "live"`)
	return b
}

// press presses keys, one after the other.
func (b *tab) press(keys ...string) {
	b.t.Helper()
	for _, key := range keys {
		b.do(chromedp.KeyEvent(key))
	}
}

// measure is how long a script takes until what it did is painted, in milliseconds.
func (b *tab) measure(script string) time.Duration {
	b.t.Helper()
	ms := eval[float64](b, `(async () => { const began = performance.now(); `+script+`
		await new Promise((done) => requestAnimationFrame(() => setTimeout(done))); return performance.now() - began; })()`)
	return time.Duration(ms * float64(time.Millisecond))
}
