// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/internal/terminal"
)

// samples are like those that a newcomer sees first, and one with everything too long.
func samples() []*imv1alpha1.IMGroup {
	with := func(g *imv1alpha1.IMGroup, texts ...string) *imv1alpha1.IMGroup {
		g.Status.Type, g.Status.Name, g.Status.Notification = &texts[0], &texts[1], &texts[2]
		return g
	}
	tokyo := with(group(tokyoGroup, imv1alpha1.LastChange{Source: imv1alpha1.SourceREST, Fields: []string{"name", "notification", "owner"}}), "Private", "東京チーム", "朝会は10時です")
	shanghai := with(group(shanghaiGroup, imv1alpha1.LastChange{Operator: "wang", Fields: []string{"notification"}}), "Private", "上海团队（新）", "周一上午十点开会，请准时参加")
	long := with(group(community, imv1alpha1.LastChange{Operator: "administrator\x1b[2J", Fields: []string{"name", "notification", "introduction"}}),
		"AVChatRoom", strings.Repeat("運用チーム", 20), strings.Repeat("上海团队 ", 20))
	for _, g := range []*imv1alpha1.IMGroup{shanghai, long} {
		g.Status.LastChange.EventTime.Time = g.Status.LastChange.EventTime.AddDate(0, 0, 3)
	}
	return []*imv1alpha1.IMGroup{tokyo, shanghai, long}
}

// threeDaysOn is when the samples are looked at.
var threeDaysOn = time.UnixMilli(noon).AddDate(0, 0, 3).Add(time.Hour)

func linesAt(columns int) (all []string) {
	all = append(all, line(titles, columns))
	for _, g := range samples() {
		all = append(all, line(cells(g, threeDaysOn), columns))
	}
	return all
}

func TestTheTableFitsTheTerminal(t *testing.T) {
	for _, test := range []struct {
		name    string
		columns int
		want    string
	}{
		{"80 columns", 80, `
UTC TIME  GROUP ID        NAME           NOTIFICATION     CHANGED       BY
09 Dec    team-tokyo      東京チーム     朝会は10時です   name,notifi…  (resync)
08:26:54  team-shanghai   上海团队（新…  周一上午十点开…  notification  wang
08:26:54  @TGS#_@TGS#cQ…  運用チーム運…  上海团队 上海…   name,notifi…  adminis…
`},
		{"120 columns", 120, `
UTC TIME  GROUP ID                  TYPE       NAME               NOTIFICATION         CHANGED             BY
09 Dec    team-tokyo                Private    東京チーム         朝会は10時です       name,notification…  (resync)
08:26:54  team-shanghai             Private    上海团队（新）     周一上午十点开会，…  notification        wang
08:26:54  @TGS#_@TGS#cQVLVHIM62CJ   AVChatRo…  運用チーム運用チ…  上海团队 上海团队 …  name,notification…  administrato…
`},
		{"160 columns", 160, `
TIME (UTC)           GROUP ID                  TYPE       NAME                            NOTIFICATION                         CHANGED             BY
2022-12-09 08:26:54  team-tokyo                Private    東京チーム                      朝会は10時です                       name,notification…  (resync)
2022-12-12 08:26:54  team-shanghai             Private    上海团队（新）                  周一上午十点开会，请准时参加         notification        wang
2022-12-12 08:26:54  @TGS#_@TGS#cQVLVHIM62CJ   AVChatRo…  運用チーム運用チーム運用チー…   上海团队 上海团队 上海团队 上海团…   name,notification…  administrato…
`},
		{"a pipe", 0, `
TIME (UTC)           GROUP ID                  TYPE       NAME              NOTIFICATION           CHANGED             BY
2022-12-09 08:26:54  team-tokyo                Private    東京チーム        朝会は10時です         name,notification…  (resync)
2022-12-12 08:26:54  team-shanghai             Private    上海团队（新）    周一上午十点开会，请…  notification        wang
2022-12-12 08:26:54  @TGS#_@TGS#cQVLVHIM62CJ   AVChatRo…  運用チーム運用…   上海团队 上海团队 上…  name,notification…  administrato…
`},
	} {
		t.Run(test.name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, "\n"+strings.Join(linesAt(test.columns), "\n")+"\n"); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestNoLineIsWiderThanTheTerminal(t *testing.T) {
	for columns := 60; columns < 300; columns++ {
		lines := linesAt(columns)
		for _, l := range lines {
			if n := terminal.Columns(l); n > columns {
				t.Errorf("at %d columns a line has %d: %s", columns, n, l)
			}
		}
		for _, title := range []string{"GROUP ID", "NAME", "NOTIFIC", "CHANGED"} {
			if !strings.Contains(lines[0], title) {
				t.Errorf("at %d columns %s is not in %s", columns, title, lines[0])
			}
		}
	}
}

// The second row finds the terminal resized, the third one does not.
func TestTheTableFollowsAResizedTerminal(t *testing.T) {
	out, resize, shown := openTerminal(t)
	table := newTable(out)
	table.now = func() time.Time { return threeDaysOn }
	resize(80)
	table.header()
	table.row(samples()[0])
	resize(120)
	table.row(samples()[1])
	table.row(samples()[2])
	narrow, wide := linesAt(80), linesAt(120)
	if diff := cmp.Diff([]string{narrow[0], narrow[1], wide[0], wide[2], wide[3]}, shown()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
