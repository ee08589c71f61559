// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package recipes

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	imv1alpha1 "github.com/imgroup-operator/imgroup-operator/api/v1alpha1"
	"github.com/imgroup-operator/imgroup-operator/test/child"
	"github.com/imgroup-operator/imgroup-operator/test/fakeim"
	"github.com/imgroup-operator/imgroup-operator/test/harness"
)

// loop is the script of the recipe, with a program that keeps what it is given.
type loop struct {
	t            *testing.T
	dir, program string
	process      *child.Process
}

// keeper fails while there is a file named broken.
const keeper = "#!/bin/sh\n[ ! -e broken ] && exec cat >>kept\n"

func newLoop(t *testing.T) *loop {
	t.Helper()
	l := prepareLoop(t)
	l.start()
	return l
}

func prepareLoop(t *testing.T) *loop {
	t.Helper()
	kubectl(t, adminConfig(), "apply", "-k", folder+"shell")
	l := &loop{t: t, dir: t.TempDir()}
	l.program = filepath.Join(l.dir, "keeper")
	must(t, os.WriteFile(l.program, []byte(keeper), 0o700))
	return l
}

// inChunks lets kubectl get objects one by one, as it gets 500 by 500 where there are many.
func (l *loop) inChunks() {
	l.t.Helper()
	kubectl, err := filepath.Abs(filepath.Join(world.bin, commands, "kubectl"))
	must(l.t, err)
	stub := "#!/bin/sh\nexec '" + kubectl + "' \"$@\" --chunk-size=1\n"
	must(l.t, os.WriteFile(filepath.Join(l.dir, "kubectl"), []byte(stub), 0o700))
}

func (l *loop) start() {
	l.t.Helper()
	script, err := filepath.Abs(folder + "shell/watch.sh")
	must(l.t, err)
	l.process = start(l.t, child.Options{Path: "/usr/bin/env", Log: filepath.Join(l.dir, "log"),
		Args: []string{"-C", l.dir, "bash", script, filepath.Join(l.dir, "state"), l.program},
		Env: []string{"PATH=" + l.dir + ":" + path(), "NAMESPACE=" + namespace, "WATCH_PAUSE=0.1", "WATCH_TIMEOUT=3s",
			"KUBECONFIG=" + account(l.t, namespace, "imgroup-watcher")}})
}

func path() string { return filepath.Join(world.bin, commands) + ":" + os.Getenv("PATH") }

// texts are the notifications of a group that the program was given.
func (l *loop) texts(group string) (all []string) {
	l.t.Helper()
	text, err := os.ReadFile(filepath.Join(l.dir, "kept"))
	if err != nil && !os.IsNotExist(err) {
		l.t.Fatal(err)
	}
	for line := range strings.Lines(string(text)) {
		var one struct{ Namespace, GroupID, Time, Notification string }
		must(l.t, json.Unmarshal([]byte(line), &one))
		if one.GroupID == group {
			all = append(all, one.Notification)
		}
	}
	return all
}

func (l *loop) await(group string, texts ...string) {
	l.t.Helper()
	eventually(l.t, "what is done for "+group, func() error { return differs(texts, l.texts(group)) })
}

func TestTheShellLoopSurvivesTheEndOfItsWatch(t *testing.T) {
	l := newLoop(t)
	change(t, "bell", 1000, fakeim.Body{"Notification": nasty})
	l.await("bell", nasty)

	must(t, world.env.KillAPIServer())
	change(t, "bell", 2000, fakeim.Body{"Notification": "during the outage"})
	must(t, world.env.StartAPIServer(t.Context()))
	l.await("bell", nasty, "during the outage")
	change(t, "bell", 2500, fakeim.Body{"Name": "not a notification"})
	change(t, "bell", 3000, fakeim.Body{"Notification": "after it"})
	l.await("bell", nasty, "during the outage", "after it")
	if _, err := os.Stat(filepath.Join(l.dir, "pwned")); err == nil {
		t.Error("a text was run")
	}
}

func TestTheShellLoopStartsAgain(t *testing.T) {
	l := newLoop(t)
	change(t, "again", 1000, fakeim.Body{"Notification": "first"})
	l.await("again", "first")
	must(t, l.process.Stop(harness.StopGrace))
	change(t, "again", 2000, fakeim.Body{"Notification": "second"})
	awaitNotification(t, "again", "second")
	l.start()
	l.await("again", "first", "second")
}

// More groups than kubectl gets at a time are there before the script, and when its watch begins anew.
func TestTheShellLoopMissesNoneOfManyGroups(t *testing.T) {
	groups := []string{"many-1", "many-2", "many-3"}
	for _, g := range groups {
		change(t, g, 1000, fakeim.Body{"Notification": "before"})
		awaitNotification(t, g, "before")
	}
	l := prepareLoop(t)
	l.inChunks()
	l.start()
	for _, g := range groups {
		l.await(g, "before")
	}
	must(t, l.process.Stop(harness.StopGrace))
	for _, g := range groups {
		change(t, g, 2000, fakeim.Body{"Notification": "meanwhile"})
		awaitNotification(t, g, "meanwhile")
	}
	l.start()
	for _, g := range groups {
		l.await(g, "before", "meanwhile")
	}
}

// An IMGroup that is deleted and made anew has another uid.
func TestTheShellLoopTakesANewObjectForANewGroup(t *testing.T) {
	l := newLoop(t)
	change(t, "anew", 1000, fakeim.Body{"Notification": "x"})
	l.await("anew", "x")
	must(t, world.admin.Delete(t.Context(), groupOf(t, "anew")))
	eventually(t, "it is deleted", func() error { return differs((*imv1alpha1.IMGroup)(nil), groupOf(t, "anew")) })
	change(t, "anew", 1000, fakeim.Body{"Notification": "x"})
	l.await("anew", "x", "x")
}

func TestTheShellLoopTriesAgain(t *testing.T) {
	l := newLoop(t)
	broken := filepath.Join(l.dir, "broken")
	must(t, os.WriteFile(broken, nil, 0o600))
	change(t, "retry", 1000, fakeim.Body{"Notification": "in the end"})
	eventually(t, "it has failed", func() error {
		return exec.CommandContext(t.Context(), "grep", "-q", "tried again", filepath.Join(l.dir, "log")).Run()
	})
	must(t, os.Remove(broken))
	l.await("retry", "in the end")
}

// When the script is asked to end, so does its watch.
func TestTheShellLoopLeavesNothingBehind(t *testing.T) {
	l := newLoop(t)
	change(t, "orphan", 1000, fakeim.Body{"Notification": "x"})
	l.await("orphan", "x")
	must(t, l.process.Stop(harness.StopGrace))
	eventually(t, "its process group is empty", func() error {
		if err := syscall.Kill(-l.process.PID(), 0); err != syscall.ESRCH {
			return os.ErrExist
		}
		return nil
	})
}

func TestTheExampleProgramPrintsOneHarmlessLine(t *testing.T) {
	input, err := json.Marshal(map[string]string{"time": "2026-11-23T06:27:25.000000Z", "name": "chat-x", "notification": nasty})
	must(t, err)
	command := exec.CommandContext(t.Context(), folder+"shell/on-change.sh")
	command.Env, command.Stdin = append(os.Environ(), "PATH="+path()), strings.NewReader(string(input))
	out, err := command.Output()
	must(t, err)
	const want = "2026-11-23T06:27:25.000000Z chat-x: $(touch pwned); `touch pwned` {{ .Input }} $(HOME) 'x' \"y\" \\n????31m ?evil %s & 東京 */ --\n"
	must(t, differs(want, strings.ReplaceAll(string(out), "\uFFFD", "?")))
}
