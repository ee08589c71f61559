// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"bytes"
	"cmp"
	"errors"
	"image"
	"image/color"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

// maxPicture keeps the repository small.
const maxPicture = 150 << 10

// group is one of the pictures.
type group struct{ app, id, name, kind, owner string }

// shopGroups are those of the pictures.
var shopGroups = []group{
	{"support", "@TGS#2J4SZEAEL", "Operations", "Public", "leckie"},
	{"support", "@TGS#2XGV4EAEB", "運用チーム（東京）", "Work", "sakura"},
	{"support", "@TGS#29D56K73DT", "On-call announcements", "Public", "administrator"},
	{"support", "@TGS#_@TGS#cKH6X", "客服中心", "Community", "xiaoming"},
	{"support", "support-berlin", "Berlin support", "Meeting", "fiete"},
	{"guilds", "guild-tokyo", "東京ギルド", "Public", "sakura"},
	{"guilds", "guild-shanghai", "上海公会", "Public", "xiaoming"},
	{"guilds", "guild-hamburg", "Hafenwache", "Public", "fiete"},
	{"guilds", "arena-7", "Arena 7", "AVChatRoom", "administrator"},
	{"guilds", "guild-osaka", "大阪連合", "Public", "hinata"},
	{"trial", "playground", "Playground", "Work", "u-1001"},
}

func fillShop(t *testing.T) {
	t.Helper()
	begun := time.Now().Add(-40 * time.Minute)
	for i, g := range shopGroups {
		at := begun.Add(time.Duration(i*i*7) * time.Second).UnixMilli()
		told(t, "shop", g.app, fakeim.Created(g.id, at, g.owner, g.name).With("Type", g.kind))
		if i%5 != 3 { // the others stay partly known
			told(t, "shop", g.app, fakeim.InfoChanged(g.id, at+1000, fakeim.Body{"Introduction": "Everything about " + g.name, "Notification": "Maintenance on Friday, 22:00",
				"FaceUrl": "https://cdn.example.com/" + g.owner + ".png", "Type": g.kind, "Operator_Account": g.owner}), fakeim.WithPlatform("iOS"))
		}
	}
	told(t, "shop", "guilds", fakeim.Destroyed("guild-osaka", begun.Add(30*time.Minute).UnixMilli(), "hinata", "大阪連合"))
}

func kindOf(id string) string {
	return shopGroups[slices.IndexFunc(shopGroups, func(g group) bool { return g.id == id })].kind
}

// shopNews are the changes that come while the page is open.
func shopNews(t *testing.T) {
	t.Helper()
	for i, change := range []struct {
		app, id, by string
		body        fakeim.Body
	}{
		{"guilds", "guild-tokyo", "sakura", fakeim.Body{"Name": "東京ギルド・金曜部"}},
		{"support", "support-berlin", "fiete", fakeim.Body{"Notification": "Closed on Monday"}},
		{"guilds", "arena-7", "administrator", fakeim.Body{"Introduction": "Round of sixteen, tonight 20:00"}},
		{"support", "@TGS#2XGV4EAEB", "sakura", fakeim.Body{"Notification": "本日22時からメンテナンスを行います。"}},
		{"guilds", "guild-shanghai", "xiaoming", fakeim.Body{"Notification": "今晚八点集合", "UserDefinedDataList": fakeim.CustomFields("Region", "cn-east")}},
		{"support", "@TGS#2J4SZEAEL", "leckie", fakeim.Body{"Notification": "Deploy at 16:00.\nStatus page: all green.\n在线发布，无需停机。"}},
	} {
		change.body["Operator_Account"], change.body["Type"] = change.by, kindOf(change.id)
		told(t, "shop", change.app, fakeim.InfoChanged(change.id, time.Now().UnixMilli()-int64(20*i), change.body), fakeim.WithPlatform("Web"))
	}
}

// The pictures of the documents, which -update writes.
func TestPictures(t *testing.T) {
	fillShop(t)
	eventually(t, "the operator has written all", func() error {
		if groupOf(t, "shop", "guild-osaka").Status.DestroyedTime == nil || groupOf(t, "shop", "playground").Status.Notification == nil {
			return errors.New("not yet")
		}
		return nil
	})
	link := serve(t, "-n", "shop")
	light := open(t, link)
	light.until(`document.querySelector("#count").innerText === "11 of 11"`)
	shopNews(t)
	light.until(`document.querySelectorAll("#timeline li").length >= 6 && ` + row("Disbanded") + ` !== undefined`)
	light.picture("light", 1280, 760)
	dark := newTab(t)
	must(t, call(dark, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}}))
	dark.do(chromedp.Navigate(link + "#lang=ja"))
	dark.until(`document.querySelector("#live").dataset.state === "live"`)
	dark.do(script(row("@TGS#2J4SZEAEL") + `.querySelector("button").click()`))
	dark.until(`document.querySelector("#panel .texts") !== null`)
	dark.picture("dark", 1280, 860)
}

// picture takes a picture, and with -update keeps it.
func (b *tab) picture(name string, width, height int64) {
	b.t.Helper()
	b.do(chromedp.EmulateViewport(width, height), script(`document.querySelector("#live").style.animation = "none"`))
	eval[bool](b, `new Promise((done) => setTimeout(() => done(true), 4000))`) // until no row shines any more
	taken, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	must(b.t, err)
	small := shrink(b.t, taken)
	if len(small) > maxPicture {
		b.t.Errorf("the picture %s has %d bytes", name, len(small))
	}
	file := filepath.Join(root, "docs", "ui", name+".png")
	if *update {
		must(b.t, os.MkdirAll(filepath.Dir(file), 0o750))
		must(b.t, os.WriteFile(file, small, 0o600))
	} else if _, err := os.Stat(file); err != nil {
		b.t.Errorf("make pictures makes it: %v", err)
	}
}

// shrink writes a picture with the 256 colours that it has most of.
func shrink(t *testing.T, text []byte) []byte {
	t.Helper()
	full, err := png.Decode(bytes.NewReader(text))
	must(t, err)
	counts := map[color.RGBA]int{}
	size := full.Bounds()
	at := func(x, y int) color.RGBA { return color.RGBAModel.Convert(full.At(x, y)).(color.RGBA) }
	for y := size.Min.Y; y < size.Max.Y; y++ {
		for x := size.Min.X; x < size.Max.X; x++ {
			counts[at(x, y)]++
		}
	}
	all := slices.SortedFunc(maps.Keys(counts), func(a, b color.RGBA) int { return cmp.Compare(counts[b], counts[a]) })
	palette := make(color.Palette, 0, 256)
	for _, c := range all[:min(len(all), 256)] {
		palette = append(palette, c)
	}
	few := image.NewPaletted(size, palette)
	index := map[color.RGBA]uint8{}
	for _, c := range all {
		index[c] = uint8(palette.Index(c))
	}
	for y := size.Min.Y; y < size.Max.Y; y++ {
		for x := size.Min.X; x < size.Max.X; x++ {
			few.SetColorIndex(x, y, index[at(x, y)])
		}
	}
	var out bytes.Buffer
	must(t, (&png.Encoder{CompressionLevel: png.BestCompression}).Encode(&out, few))
	return out.Bytes()
}
