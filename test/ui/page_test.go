// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

func TestACallbackChangesTheRowWithoutAReload(t *testing.T) {
	told(t, "live", "support", fakeim.Created("@TGS#2LIVE", nil, "leckie", "Operations"))
	groupOf(t, "live", "@TGS#2LIVE")
	b := open(t, serve(t, "-n", "live"))
	b.until(row("@TGS#2LIVE") + `?.innerText.includes("Operations") === true`)
	eval[bool](b, `window.sameDocument = true`)
	told(t, "live", "support", fakeim.InfoChanged("@TGS#2LIVE", time.Now().UnixMilli(), fakeim.Body{"Name": "運用チーム", "Operator_Account": "sakura"}))
	b.until(row("@TGS#2LIVE") + `?.innerText.includes("運用チーム") === true`)
	b.until(row("@TGS#2LIVE") + `?.innerText.includes("sakura") === true`)
	b.until(`document.querySelector("#timeline").innerText.includes("運用チーム")`)
	for selector, want := range map[string]string{"#timeline": "Operations → 運用チーム", "#lags": "live/support", "#count": "1 of 1", "#place": "live"} {
		if got := b.text(selector); !strings.Contains(got, want) {
			t.Errorf("%s shows %q", selector, got)
		}
	}
	told(t, "live", "support", fakeim.Created("@TGS#2NEW", nil, "leckie", "New here"))
	b.until(row("@TGS#2NEW") + ` !== undefined`)
	must(t, world.admin.Delete(t.Context(), groupOf(t, "live", "@TGS#2NEW")))
	b.until(row("@TGS#2NEW") + ` === undefined`)
	if !eval[bool](b, `window.sameDocument === true`) {
		t.Error("the page was loaded again")
	}
	for _, address := range b.asked() {
		if !strings.HasPrefix(address, "http://127.0.0.1:") {
			t.Errorf("%s was asked for", address)
		}
	}
}

func TestFilters(t *testing.T) {
	for i, name := range []string{"Alpha", "Beta", "Gamma"} {
		for _, app := range []string{"support", "games"} {
			body := fakeim.Created(fmt.Sprintf("@TGS#%s%d", app, i), nil, fmt.Sprint("owner", i), name)
			told(t, "filters", app, body.With("Type", []string{"Public", "Meeting", "Public"}[i]))
		}
	}
	told(t, "filters", "games", fakeim.Destroyed("@TGS#games2", nil, "owner2", "Gamma"))
	link := serve(t, "-n", "filters")
	b := open(t, link)
	b.until(`document.querySelector("#count").innerText === "6 of 6"`)
	b.until(row("Disbanded") + ` !== undefined`)
	search := func(text string) string {
		return `{ const e = document.querySelector("#search"); e.value = ` + quoted(text) + `; e.dispatchEvent(new Event("input")); }`
	}
	choose := func(id, value string) string {
		return `{ const e = document.querySelector("#` + id + `"); e.value = ` + quoted(value) + `; e.dispatchEvent(new Event("change")); }`
	}
	for _, test := range []struct{ name, script, count, has string }{
		{"a part of a name, in any case", search("ALPH"), "2 of 6", "Alpha"},
		{"words in any order", search("owner1 bet"), "2 of 6", "Beta"},
		{"a part of an ID", search("#games"), "3 of 6", "@TGS#games0"},
		{"none", search("no such group"), "0 of 6", ""},
		{"an app", search("") + choose("app", "filters/games"), "3 of 6", "@TGS#games0"},
		{"an app and a type", choose("type", "Meeting"), "1 of 6", "@TGS#games1"},
		{"a state", choose("app", "") + choose("type", "") + choose("state", "disbanded"), "1 of 6", "@TGS#games2"},
		{"a namespace", choose("state", "") + choose("namespace", "filters"), "6 of 6", "@TGS#games2"},
	} {
		t.Run(test.name, func(t *testing.T) {
			b.do(script(test.script))
			if got := b.text("#count"); got != test.count {
				t.Errorf("%s are shown", got)
			}
			if !strings.Contains(b.text("#viewport"), test.has) {
				t.Errorf("the table has\n%s", b.text("#viewport"))
			}
		})
	}
	b.do(script(search("beta")), chromedp.Click(chromedp.CSS("#heads .group button")), chromedp.Reload())
	b.until(`document.querySelector("#count").innerText === "2 of 6"`) // what was chosen outlives a reload
	if got := eval[string](b, `document.querySelector("#heads .group").ariaSort`); got != "ascending" {
		t.Errorf("sorted %s", got)
	}
}

func TestThePanel(t *testing.T) {
	at := time.Now().Add(-time.Minute).UnixMilli()
	told(t, "panel", "support", fakeim.Created("@TGS#2PANEL", at, "leckie", "Operations"))
	told(t, "panel", "support", fakeim.InfoChanged("@TGS#2PANEL", at+1, fakeim.Body{"Notification": "Two\nlines", "Introduction": "", "UserDefinedDataList": fakeim.CustomFields("Region", "eu")}),
		fakeim.WithPlatform("iOS"))
	g := groupOf(t, "panel", "@TGS#2PANEL")
	b := open(t, serve(t, "-n", "panel", "--kubeconfig", world.kubeconfig))
	b.do(chromedp.WaitVisible(chromedp.CSS("#rows .open")), chromedp.Focus(chromedp.CSS("#rows .open")))
	b.press(kb.Enter)
	b.until(`document.activeElement.id === "panel"`)
	b.until(`document.querySelector("#panel .texts").innerText.includes("Two\nlines")`)
	panel := b.text("#panel")
	for _, want := range []string{"Operations", "@TGS#2PANEL", "leckie", "panel/" + g.Name, "iOS", "empty", "Region", "eu", "Ready", "Tracking", "Sign of life"} {
		if !strings.Contains(panel, want) {
			t.Errorf("the panel has no %q:\n%s", want, panel)
		}
	}
	prefix := "kubectl --kubeconfig " + world.kubeconfig + " -n panel "
	for _, command := range []string{"imgroup history " + g.Name, "describe imgroup " + g.Name, "get events --field-selector involvedObject.name=" + g.Name,
		"get imgroup " + g.Name + " -o jsonpath='{.status.notification}'"} {
		if !eval[bool](b, `document.querySelector("#panel [data-command=" + JSON.stringify(`+quoted(prefix+command)+`) + "]") !== null`) {
			t.Errorf("there is no button that copies %s", prefix+command)
		}
	}
	// The browser is asked to write what the button says; whether it may is the user's affair.
	eval[bool](b, `(navigator.clipboard.writeText = async (text) => { window.copied = text; }, true)`)
	b.do(chromedp.Click(chromedp.CSS("#panel .clocks .command button")))
	b.until(`window.copied === ` + quoted(prefix+"imgroup history "+g.Name))
	told(t, "panel", "support", fakeim.InfoChanged("@TGS#2PANEL", at+2, fakeim.Body{"Notification": "Changed while it is open"}))
	b.until(`document.querySelector("#panel .texts").innerText.includes("Changed while it is open")`)
	b.press(kb.Escape)
	b.until(`document.querySelector("#panel").hidden && document.activeElement.closest("tr").innerText.includes("@TGS#2PANEL")`)
}

func TestKeys(t *testing.T) {
	for i := range 40 {
		told(t, "keys", "support", fakeim.Created(fmt.Sprintf("@TGS#%02d", i), time.Now().Add(-time.Hour).UnixMilli()+int64(i), "leckie", fmt.Sprintf("Group %02d", i)))
	}
	groupOf(t, "keys", "@TGS#39")
	b := open(t, serve(t, "-n", "keys")+"#sort=group")
	b.until(`document.querySelector("#count").innerText === "40 of 40"`)
	b.do(script(`document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "/", bubbles: true }))`))
	b.until(`document.activeElement.id === "search"`)
	b.do(chromedp.Focus(chromedp.CSS("#heads .by button")))
	b.press(kb.Tab)
	for _, step := range []struct{ key, group string }{{"", "Group 00"}, {kb.ArrowDown, "Group 01"}, {kb.End, "Group 39"}, {kb.ArrowUp, "Group 38"}, {kb.Home, "Group 00"}} {
		if step.key != "" {
			b.press(step.key)
		}
		b.until(`document.activeElement.innerText === ` + quoted(step.group))
	}
	b.press(kb.Enter)
	b.until(`document.activeElement.id === "panel" && document.querySelector("#panel-title").innerText === "Group 00"`)
}
