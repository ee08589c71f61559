// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
)

// told sends a callback that must be acknowledged, some milliseconds after the one before.
func told(t *testing.T, namespace, app string, sdkAppID int64, at time.Time, body fakeim.Body) {
	t.Helper()
	s := &fakeim.Sender{URL: world.operator.URL(namespace, app), SDKAppID: sdkAppID, Token: token}
	reply, err := s.Send(t.Context(), body.With("EventTime", at.UnixMilli()), fakeim.WithPlatform("iOS"))
	must(t, err)
	if !reply.OK() {
		t.Fatalf("not acknowledged: HTTP %d %s", reply.HTTPStatus, reply.Raw)
	}
}

// knows waits until an IMGroup has a name.
func knows(t *testing.T, namespace, groupID, name string) {
	t.Helper()
	eventually(t, "the IMGroup has the name "+name, func() error {
		var list imv1alpha1.IMGroupList
		err := world.admin.List(t.Context(), &list)
		for _, g := range list.Items {
			if g.Namespace == namespace && g.Spec.GroupID == groupID && g.Status.Name != nil && *g.Status.Name == name {
				return err
			}
		}
		return errors.Join(err, errors.New("not yet"))
	})
}

// watchers run in all views, in a narrow window and as JSON.
func watchers(t *testing.T) map[string]*process {
	t.Helper()
	all := map[string]*process{"watch-json": start(t, pipe, "watch", "-A", "-o", "json")}
	for _, v := range append([]view{least}, views...) {
		all["watch-"+v.name] = start(t, v, "watch", "-A")
	}
	for _, p := range all {
		p.says(t, "Ctrl-C ends it.")
	}
	return all
}

func TestWatch(t *testing.T) {
	at := world.hourAgo
	told(t, "chat", "support", appID, at.Add(-time.Hour), fakeim.Created("@TGS#2WATCH", nil, "leckie", "Operations"))
	told(t, "games", "guilds", appID, at.Add(-time.Hour), fakeim.Created("@TGS#2GUILD", nil, "xiaoming", "上海公会"))
	knows(t, "chat", "@TGS#2WATCH", "Operations")
	knows(t, "games", "@TGS#2GUILD", "上海公会")
	all := watchers(t)
	for i, step := range []struct {
		app, shows string // shows: what the table in the pipe has then
		id         int64
		body       fakeim.Body
	}{
		{"chat/support", "運用チーム（東京）", appID, fakeim.InfoChanged("@TGS#2WATCH", nil, fakeim.Body{"Name": "運用チーム（東京）"})},
		{"games/guilds", "新手村公会", appID, fakeim.InfoChanged("@TGS#2GUILD", nil, fakeim.Body{"Name": "新手村公会", "Operator_Account": "管理员小明"})},
		{"chat/support", "red", appID, fakeim.InfoChanged("@TGS#2WATCH", nil, fakeim.Body{"Notification": "\x1b[31mred\x1b[0m\u202eevil\n\u009b1mC1", "Operator_Account": "eve\x07\x1b]0;title\x07"})},
		{"chat/support", "終わり", appID, fakeim.InfoChanged("@TGS#2WATCH", nil, fakeim.Body{"Notification": "本日22時からメンテナンスを行います。" + strings.Repeat("長い文章です。", 12) + "終わり"})},
		{"chat/support", "→ \"\"", appID, fakeim.InfoChanged("@TGS#2WATCH", nil, fakeim.Body{"Introduction": ""})},
		{"games/guilds", "custom/Region", appID, fakeim.InfoChanged("@TGS#2GUILD", nil, fakeim.Body{"UserDefinedDataList": fakeim.CustomFields("Region", "中国·上海")})},
		{"chat/support", "u-1001", appID, fakeim.OwnerChanged("@TGS#2WATCH", nil, "leckie", "u-1001")},
		{"chat/support", "歓迎ルーム", appID, fakeim.Created("@TGS#2NEW", nil, "sakura", "歓迎ルーム")},
		{"games/guilds", "disbanded", appID, fakeim.Destroyed("@TGS#2GUILD", nil, "xiaoming", "上海公会")},
	} {
		namespace, app, _ := strings.Cut(step.app, "/")
		told(t, namespace, app, step.id, at.Add(time.Duration(i)*time.Millisecond), step.body)
		all["watch-pipe"].says(t, step.shows)
	}
	must(t, world.admin.Delete(t.Context(), groupOf(t, "chat", "@TGS#2NEW")))
	for _, p := range all {
		p.says(t, "deleted")
	}
	for name, p := range all {
		p.interrupt(t)
		if code := p.wait(t); code != 0 {
			t.Errorf("%s: exit code %d", name, code)
		}
		golden(t, name, p, p.err.String()+strings.ReplaceAll(p.out.String(), "^C", ""))
	}
}

func groupOf(t *testing.T, namespace, groupID string) *imv1alpha1.IMGroup {
	t.Helper()
	var list imv1alpha1.IMGroupList
	must(t, world.admin.List(t.Context(), &list))
	for i := range list.Items {
		if g := &list.Items[i]; g.Namespace == namespace && g.Spec.GroupID == groupID {
			return g
		}
	}
	t.Fatalf("there is no IMGroup of %s in %s", groupID, namespace)
	return nil
}

// declare makes an IMGroup that the operator fills.
func declare(t *testing.T, namespace, app, name, groupID string) {
	t.Helper()
	g := &imv1alpha1.IMGroup{ObjectMeta: metav1.ObjectMeta{Namespace: namespace, Name: name}}
	g.Spec.AppRef.Name, g.Spec.GroupID = app, groupID
	must(t, world.admin.Create(t.Context(), g))
	eventually(t, "the operator knows it", func() error { return isReady(t, g) })
}

func TestWatchOfWhatIsNotThereYet(t *testing.T) {
	declare(t, "chat", "support", "there", "@TGS#2THERE")
	p := start(t, pipe, "watch", "there", "not-yet", "-n", "chat")
	p.says(t, "it is waited for.")
	declare(t, "chat", "support", "not-yet", "@TGS#2NOTYET")
	p.says(t, "- → created")
	const want = "Watching 1 IMGroup in the namespace chat; Ctrl-C ends it.\nThere is no IMGroup not-yet in the namespace chat yet; it is waited for.\n"
	if got := p.err.String(); got != want {
		t.Errorf("it says:\n%s", got)
	}
}

func TestWatchGoesOnAfterARestartOfTheAPIServer(t *testing.T) {
	declare(t, "chat", "support", "outage", "@TGS#2OUTAGE")
	at := world.hourAgo
	rename := func(name string) {
		at = at.Add(time.Millisecond)
		told(t, "chat", "support", appID, at, fakeim.InfoChanged("@TGS#2OUTAGE", nil, fakeim.Body{"Name": name}))
	}
	rename("before")
	knows(t, "chat", "@TGS#2OUTAGE", "before")
	p := start(t, pipe, "watch", "outage", "-n", "chat")
	p.says(t, "Ctrl-C ends it.")
	must(t, world.env.KillAPIServer())
	rename("meanwhile")
	rename("in the end")
	p.says(t, "The API server is away")
	must(t, world.env.StartAPIServer(t.Context()))
	p.says(t, "The API server is back.")
	p.says(t, "in the end")
	rename("afterwards")
	p.says(t, "afterwards")
	p.interrupt(t)
	if code := p.wait(t); code != 0 {
		t.Errorf("exit code %d", code)
	}
	golden(t, "watch-restart", p, p.out.String())
}

func TestWatchEndsQuietlyWithItsReader(t *testing.T) {
	declare(t, "chat", "support", "piped", "@TGS#2PIPED")
	read, write, err := os.Pipe()
	must(t, err)
	p := &process{cmd: exec.Command(world.plugin, "--kubeconfig", world.kubeconfig, "watch", "piped", "-n", "chat"), end: make(chan struct{})}
	p.cmd.Stdout, p.cmd.Stderr = write, &p.err
	must(t, p.cmd.Start())
	t.Cleanup(func() { _ = p.cmd.Process.Kill() })
	must(t, write.Close())
	go func() { _ = p.cmd.Wait(); close(p.end) }()
	p.says(t, "Ctrl-C ends it.")
	must(t, read.Close())
	told(t, "chat", "support", appID, world.hourAgo, fakeim.InfoChanged("@TGS#2PIPED", nil, fakeim.Body{"Name": "nobody reads this"}))
	p.wait(t)
	if status := p.cmd.ProcessState.Sys().(syscall.WaitStatus); !status.Signaled() || status.Signal() != syscall.SIGPIPE {
		t.Errorf("it ended by %v, want SIGPIPE as other commands do", p.cmd.ProcessState)
	}
	if lines := strings.Count(p.err.String(), "\n"); lines != 1 {
		t.Errorf("it said more than its greeting:\n%s", p.err.String())
	}
}

func TestWatchOfAnUnreachableClusterEndsAtOnce(t *testing.T) {
	p := run(t, pipe, 1, "watch", "-A", "--server", "https://127.0.0.1:1")
	if !strings.Contains(p.err.String(), "connection refused") {
		t.Error(fmt.Sprint("it does not say why: ", p.err.String()))
	}
}
