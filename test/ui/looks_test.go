// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

func TestWhatIsWrongComesFirst(t *testing.T) {
	told(t, "wrong", "support", fakeim.InfoChanged("@TGS#2PARTIAL", nil, fakeim.Body{"Name": "Half known"}))
	groupOf(t, "wrong", "@TGS#2PARTIAL")
	b := open(t, serve(t, "-n", "wrong"))
	for _, want := range []string{"wrong/waiting is not ready: SecretNotFound", "wrong/trial accepts unsigned callbacks", "Resync of wrong/cloud: ", "Not all texts known: 1"} {
		b.until(`document.querySelector("#problems").innerText.includes(` + quoted(want) + `)`)
	}
	list := b.text("#problems")
	if strings.Index(list, "not ready") > strings.Index(list, "unsigned") {
		t.Errorf("the worst is not the first:\n%s", list)
	}
	b.do(script(`[...document.querySelectorAll("#problems button")].find((e) => e.innerText.includes("texts")).click()`))
	if got := eval[string](b, `document.querySelector("#state").value`); got != "partial" {
		t.Errorf("it shows the state %q", got)
	}
}

func TestAnOutageIsShownAndEnds(t *testing.T) {
	told(t, "outage", "support", fakeim.InfoChanged("@TGS#2OUTAGE", nil, fakeim.Body{"Name": "before"}))
	groupOf(t, "outage", "@TGS#2OUTAGE")
	b := open(t, serve(t, "-n", "outage"))
	must(t, world.env.KillAPIServer())
	b.until(`document.querySelector("#live").dataset.state === "away" && document.querySelector("#problems").innerText.includes("API server")`)
	told(t, "outage", "support", fakeim.InfoChanged("@TGS#2OUTAGE", time.Now().UnixMilli(), fakeim.Body{"Name": "afterwards"}))
	must(t, world.env.StartAPIServer(t.Context()))
	b.until(`document.querySelector("#live").dataset.state === "live" && ` + row("afterwards") + ` !== undefined`)
}

// Every text is there in every language, and the page has no other.
func TestLanguages(t *testing.T) {
	told(t, "words", "support", fakeim.InfoChanged("@TGS#2WORDS", nil, fakeim.Body{"Name": "言葉"}))
	groupOf(t, "words", "@TGS#2WORDS")
	link := serve(t, "-n", "words")
	b := open(t, link)
	missing := eval[[]string](b, `import("./strings.js").then(({ strings }) => { const names = new Set(Object.values(strings).flatMap(Object.keys));
		return Object.entries(strings).flatMap(([language, all]) => [...names].filter((n) => !all[n]).map((n) => language + ": " + n)); })`)
	if len(missing) > 0 {
		t.Errorf("these are missing: %v", missing)
	}
	for language, want := range map[string][]string{"zh": {"实时", "群组", "资料不完整：1", "不完整", "1 / 1"}, "ja": {"ライブ", "グループ", "一部の情報のみ：1", "同期", "1 / 1"}} {
		b.do(script(`{ const e = document.querySelector("#language"); e.value = ` + quoted(language) + `; e.dispatchEvent(new Event("change")); }`))
		shown := b.text("body")
		for _, text := range want {
			if !strings.Contains(shown, text) {
				t.Errorf("%s: there is no %s:\n%s", language, text, shown)
			}
		}
	}
	b.do(chromedp.Reload())
	b.until(`document.documentElement.lang === document.querySelector("#language").value.replace("zh", "zh-Hans")`)
}

// What a screen reader is told: a table with names for all that can be pressed.
func TestTheAccessibilityTree(t *testing.T) {
	told(t, "words", "support", fakeim.InfoChanged("@TGS#2TREE", nil, fakeim.Body{"Name": "Operations"}))
	groupOf(t, "words", "@TGS#2TREE")
	b := open(t, serve(t, "-n", "words"))
	b.until(row("@TGS#2TREE") + ` !== undefined`)
	tree, err := chromedp.Call(b.ctx, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
	must(t, err)
	roles := map[string]int{}
	for _, node := range tree.Nodes {
		if node.Ignored || node.Role == nil {
			continue
		}
		role, name := strings.Trim(string(node.Role.Value), `"`), ""
		if node.Name != nil {
			name = strings.Trim(string(node.Name.Value), `"`)
		}
		roles[role]++
		if name == "" && (role == "button" || role == "combobox" || role == "searchbox" || role == "table" || role == "region") {
			t.Errorf("a %s has no name", role)
		}
	}
	for role, least := range map[string]int{"table": 1, "columnheader": 7, "rowheader": 1, "search": 1, "searchbox": 1, "combobox": 4, "status": 1, "main": 1, "complementary": 1, "heading": 4} {
		if roles[role] < least {
			t.Errorf("%d of the role %s, want %d: %v", roles[role], role, least, roles)
		}
	}
}

// contrast is the least ratio of luminance between a text and what is behind it, of all texts shown.
const contrast = `(() => {
	const parse = (c) => { const m = document.createElement("canvas").getContext("2d", { willReadFrequently: true }); m.fillStyle = c; m.fillRect(0, 0, 1, 1); return [...m.getImageData(0, 0, 1, 1).data]; };
	const light = ([r, g, b]) => [r, g, b].map((v) => v / 255).map((v) => v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4).reduce((sum, v, i) => sum + v * [.2126, .7152, .0722][i], 0);
	const behind = (e) => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor); if (c[3] > 250) return c; } return parse("white"); };
	let worst = [99, ""];
	for (const e of document.querySelectorAll("body *")) {
		if (!e.checkVisibility() || e.closest(".hidden, .skip, option") || ![...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim())) continue;
		const [a, b] = [light(parse(getComputedStyle(e).color)), light(behind(e))].sort((x, y) => y - x);
		const ratio = (a + .05) / (b + .05);
		if (ratio < worst[0]) worst = [ratio, e.className + ": " + e.textContent.slice(0, 40)];
	}
	return { Ratio: worst[0], Text: worst[1] };
})()`

func TestLightAndDark(t *testing.T) {
	told(t, "words", "support", fakeim.InfoChanged("@TGS#2LIGHT", nil, fakeim.Body{"Name": "Operations"}))
	groupOf(t, "words", "@TGS#2LIGHT")
	b := open(t, serve(t, "-n", "words"))
	b.until(row("@TGS#2LIGHT") + ` !== undefined`)
	b.do(script(row("@TGS#2LIGHT") + `.querySelector("button").click()`))
	b.until(`document.querySelector("#panel .texts") !== null`)
	grounds := map[string]bool{}
	for _, scheme := range []string{"light", "dark"} {
		must(t, call(b, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"}}}))
		grounds[eval[string](b, `getComputedStyle(document.body).backgroundColor`)] = true
		worst := eval[struct {
			Ratio float64
			Text  string
		}](b, contrast)
		if worst.Ratio < 4.5 || worst.Ratio > 90 {
			t.Errorf("%s: the contrast of %q is %.2f", scheme, worst.Text, worst.Ratio)
		}
	}
	if len(grounds) != 2 {
		t.Error("both look the same")
	}
}
