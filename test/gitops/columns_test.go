// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package gitops

import (
	"cmp"
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"
	"golang.org/x/text/width"

	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

// cells is how many columns of a terminal a text takes: a Japanese or Chinese character takes two.
func cells(s string) (n int) {
	for _, r := range s {
		switch width.LookupRune(r).Kind() {
		case width.EastAsianWide, width.EastAsianFullwidth:
			n += 2
		default:
			n++
		}
	}
	return n
}

// chats are ordinary groups, named as Tencent and as people name them, and declared under names that people give.
var chats = []struct{ declared, id, kind, name, notification string }{
	{"ops", "@TGS#2J4SZEAEL", "Public", "运维值班通知群", "今晚十点维护"},
	{"tokyo", "@TGS#3VX6OYAEP", "Community", "東京オフィス連絡", "明日は休業です"},
	{"on-call", "@TGS#1D7SKZAE2", "AVChatRoom", "Operations on-call", "Back at 10"},
	{"", "team-tokyo", "Work", "設計チーム", "資料は共有フォルダへ"},
}

func TestColumnsFitATerminal(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	o := startOperator(t, ns)
	newApp(t, ns, "chat", "")
	for _, c := range chats {
		name := cmp.Or(c.declared, nameOf("chat", c.id))
		if c.declared != "" {
			apply(t, ns, groupYAML(c.declared, "chat", c.id))
		}
		now := int(time.Now().UnixMilli())
		o.send("chat", everyText(c.id, now, c.name).With("Notification", c.notification).With("Type", c.kind))
		o.send("chat", fakeim.OwnerChanged(c.id, now, "", "leckie").With("Type", c.kind))
		awaitGroup(t, ns, name, "jsonpath={.status.owner}=leckie")
	}
	usual := []string{"NAME", "GROUP ID", "TYPE", "SYNCED", "CHANGED", "GROUP NAME"}
	checkTable(t, kubectl(t, ns, "", "get", "imgroups", "ops", "tokyo", "on-call"), 80, usual...)
	checkTable(t, kubectl(t, ns, "", "get", "imgroups"), 110, usual...) // the operator's own names are longer
	wide := kubectl(t, ns, "", "get", "imgroups", "-o", "wide")
	checkTable(t, wide, 210, "NAME", "GROUP ID", "TYPE", "SYNCED", "CHANGED", "APP", "OWNER", "GROUP NAME", "NOTIFICATION", "FACE URL")
	if at := strings.Index(wide, "NOTIFICATION"); at > 160 {
		t.Errorf("the notification begins in column %d", at)
	}
	checkTable(t, kubectl(t, ns, "", "get", "imapps"), 80, "NAME", "SDKAPPID", "READY", "GROUPS", "CHANGED?", "AGE")
	checkTable(t, kubectl(t, ns, "", "get", "imapps", "-o", "wide"), 160,
		"NAME", "SDKAPPID", "READY", "GROUPS", "CHANGED?", "AGE", "CALLBACK PATH", "SUSPENDED?")
	if out := kubectl(t, ns, "", "get", "im"); !strings.Contains(out, "imapp.im.imgroup.dev/chat") || !strings.Contains(out, "imgroup.im.imgroup.dev/chat-team-tokyo") {
		t.Errorf("kubectl get im prints\n%s", out)
	}
}

// gap is what kubectl puts between two columns.
var gap = regexp.MustCompile(`\s{2,}`)

// checkTable looks at what a person sees: the headers, no line over the width, and every cell below its header up to the
// first text of chat users.
func checkTable(t *testing.T, table string, limit int, headers ...string) {
	t.Helper()
	lines := strings.Split(strings.TrimRight(table, "\n"), "\n")
	if diff := gocmp.Diff(strings.ReplaceAll(strings.Join(headers, "|"), "?", ""), strings.Join(gap.Split(strings.TrimSpace(lines[0]), -1), "|")); diff != "" {
		t.Errorf("headers (-want +got):\n%s", diff)
	}
	for _, line := range lines {
		if n := cells(strings.TrimRight(line, " ")); n > limit {
			t.Errorf("%d cells, more than %d: %s", n, limit, line)
		}
		if err := aligned(lines[0], line, headers); err != nil {
			t.Errorf("%v:\n%s", err, table)
		}
	}
	t.Logf("\n%s", table)
}

func aligned(header, line string, headers []string) error {
	for _, h := range headers[1:] {
		h, optional := strings.CutSuffix(h, "?")
		at := strings.Index(header, h)
		if line += strings.Repeat(" ", max(0, at+1-len(line))); line[at-1] != ' ' || line[at] == ' ' && !optional {
			return fmt.Errorf("nothing begins below %s in %q", h, line)
		}
		if h == "GROUP NAME" {
			return nil
		}
	}
	return nil
}

func TestFieldSelectorsFindIMGroups(t *testing.T) {
	t.Parallel()
	ns := newNamespace(t)
	o := startOperator(t, ns)
	newApp(t, ns, "chat", "")
	apply(t, ns, groupYAML("mine", "chat", "@TGS#2J4SZEAEL")+"---\n"+groupYAML("other", "another", "g"))
	o.send("chat", everyText("@TGS#2J4SZEAEL", 1000, "ops").With("Type", "Community"))
	kubectl(t, ns, "", "wait", "imgroup", "mine", "--for=jsonpath={.status.type}=Community", "--timeout=60s")
	for selector, want := range map[string]string{
		"spec.groupID=@TGS#2J4SZEAEL": "imgroup.im.imgroup.dev/mine\n",
		"spec.groupID=@tgs#2j4szeael": "",
		"spec.appRef.name=another":    "imgroup.im.imgroup.dev/other\n",
		"spec.appRef.name!=another":   "imgroup.im.imgroup.dev/mine\n",
		"status.type=Community":       "imgroup.im.imgroup.dev/mine\n",
	} {
		if got := kubectl(t, ns, "", "get", "imgroups", "-o", "name", "--field-selector", selector); got != want {
			t.Errorf("%s selects %q, want %q", selector, got, want)
		}
	}
}
