// Copyright The imgroup-operator Authors.
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

func TestHelp(t *testing.T) {
	for _, args := range [][]string{{"--help"}, {"url", "--help"}, {"send", "--help"}, {"watch", "--help"}, {"ui", "--help"}, {"history", "--help"},
		{"resync", "--help"}, {"status", "--help"}, {"check", "--help"}, {"report", "--help"}, {"suspend", "--help"}, {"resume", "--help"}, {"completion", "--help"}, {"version", "--help"}} {
		t.Run(args[0], func(t *testing.T) {
			t.Parallel()
			p := run(t, pipe, 0, args...)
			golden(t, "help-"+strings.TrimPrefix(args[0], "--"), p, p.out.String())
		})
	}
}

func TestVersion(t *testing.T) {
	look(t, "version", 0, "version")
	p := run(t, pipe, 0, "version", "-o", "json")
	golden(t, "version-json", p, p.out.String())
}

func TestWrongUsage(t *testing.T) {
	for _, test := range []struct {
		says string
		args []string
	}{
		{`there is no command "wathc"`, []string{"wathc"}},
		{"unknown flag: --nam", []string{"send", "--nam", "x"}},
		{"accepts 2 arg(s), received 1", []string{"send", "support"}},
		{"json and yaml are", []string{"watch", "-o", "table"}},
		{`does not name an imgroup`, []string{"history", "imapp/support"}},
		{`is not a name, imapp/NAME or imgroup/NAME`, []string{"resync", "pod/support"}},
		{`do not go together`, []string{"url", "support", "-A"}},
		{`do not go together`, []string{"watch", "ops", "-A"}},
		{"not more than nothing", []string{"resync", "support", "--timeout", "-1s"}},
		{"not more than nothing", []string{"send", "support", "g", "--timeout", "0"}},
		{"does not carry --name", []string{"send", "support", "g", "-n", "chat", "--command", "destroyed", "--name", "x"}},
		{"needs --owner", []string{"send", "support", "g", "-n", "chat", "--command", "owner"}},
		{"is not changed, created", []string{"send", "support", "g", "-n", "chat", "--command", "renamed"}},
		{"is not a time", []string{"send", "support", "g", "-n", "chat", "--event-time", "yesterday"}},
		{"is taken as the time of receipt", []string{"send", "support", "g", "-n", "chat", "--event-time", "1h", "--wait"}},
		{`there is no command "check-all"`, []string{"check-all"}},
		{`do not go together`, []string{"check", "support", "-A"}},
		{"is not between 0 and 65535", []string{"ui", "--port", "65536"}},
		{"requires at least 1 arg", []string{"suspend"}},
		{"is not KEY=VALUE", []string{"send", "support", "g", "-n", "chat", "--custom", "Region"}},
		{"is not http://HOST", []string{"send", "support", "g", "-n", "chat", "--url", "chat.example.com"}},
		{"has a query", []string{"send", "support", "g", "-n", "chat", "--url", "https://chat.example.com/?a=b"}},
		{"the group's ID is empty", []string{"send", "support", "", "-n", "chat"}},
		{"the group's ID is not UTF-8", []string{"send", "support", "a\xff", "-n", "chat"}},
		{"the group's ID has 129 bytes, and may have 128", []string{"send", "support", strings.Repeat("群", 43), "-n", "chat"}},
		{"is not imgroup/NAME", []string{"send", "support", "imgroup/", "-n", "chat"}},
		{"invalid argument", []string{"completion", "tcsh"}},
	} {
		t.Run(strings.Join(test.args, " "), func(t *testing.T) {
			t.Parallel()
			p := run(t, pipe, 2, test.args...)
			if !strings.Contains(p.err.String(), test.says) || p.out.String() != "" {
				t.Errorf("it does not say %q:\n%s%s", test.says, p.out.String(), p.err.String())
			}
		})
	}
}

func TestAClusterWithoutTheCRDs(t *testing.T) {
	p := run(t, pipe, 1, "url", "--server", world.env.Config.Host+"/api", "-n", "chat")
	if !strings.Contains(p.err.String(), "CRDs of imgroup-operator are not installed") {
		t.Errorf("it says:\n%s", p.err.String())
	}
}

func TestCompletion(t *testing.T) {
	declare(t, "chat", "picky", "completed", "@TGS#2COMPLETED")
	for _, test := range []struct{ name, want string }{
		{"url ", "support\tSDKAppID 1400000001"},
		{"url sup", "support"},
		{"send ", "support"},
		{"send picky ", "@TGS#2COMPLETED"},
		{"watch compl", "completed"},
		{"history ", "completed"},
		{"resync imgroup/compl", "imgroup/completed"},
		{"send --command ", "destroyed"},
		{"wa", "watch"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			words := strings.Split(test.name, " ")
			p := run(t, pipe, 0, append([]string{"__complete", "--namespace=chat"}, words...)...)
			if !strings.Contains("\n"+p.out.String(), "\n"+test.want) {
				t.Errorf("it is completed to:\n%s", p.out.String())
			}
		})
	}
}

// Whoever creates a group at Tencent chooses its ID, and a shell may evaluate what it is offered.
func TestCompletionOffersNothingThatAShellObeys(t *testing.T) {
	declare(t, "chat", "picky", "dangerous", "$(touch pwned)`x`;")
	for line, want := range map[string]string{"send picky ": "imgroup/dangerous\t__touch pwned__x__", "send picky imgroup/d": "imgroup/dangerous",
		"send picky $": "", "history danger": "dangerous\t__touch", "resync imgroup/danger": "imgroup/dangerous\t__touch"} {
		p := run(t, pipe, 0, append([]string{"__complete", "--namespace=chat"}, strings.Split(line, " ")...)...)
		if got := p.out.String(); !strings.Contains(got, want) || strings.ContainsAny(got, "$`;()") {
			t.Errorf("%q is completed to:\n%s", line, got)
		}
	}
}

func TestCompletionScripts(t *testing.T) {
	for _, shell := range []string{"bash", "zsh", "fish", "powershell", "kubectl"} {
		t.Run(shell, func(t *testing.T) {
			t.Parallel()
			if p := run(t, pipe, 0, "completion", shell); !strings.Contains(p.out.String(), "imgroup") {
				t.Error("no script")
			}
		})
	}
}

// What kubectl runs for completion is in the PATH beside kubectl itself, which here is a stand-in.
func TestTheScriptForKubectl(t *testing.T) {
	dir := t.TempDir()
	script := run(t, pipe, 0, "completion", "kubectl").out.String()
	must(t, os.WriteFile(filepath.Join(dir, "kubectl_complete-imgroup"), []byte(script), 0o700))
	must(t, os.WriteFile(filepath.Join(dir, "kubectl"), []byte("#!/bin/sh\nshift\nexec '"+world.plugin+"' \"$@\"\n"), 0o700))
	c := exec.Command(filepath.Join(dir, "kubectl_complete-imgroup"), "url", "-n", "chat", "sup")
	c.Env = append(os.Environ(), "PATH="+dir+":"+os.Getenv("PATH"), "KUBECONFIG="+world.kubeconfig)
	out, err := c.Output()
	if err != nil || !strings.HasPrefix(string(out), "support\t") {
		t.Errorf("%v: %s", err, out)
	}
}

func TestTheOperatorDoesNotContainThePlugin(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", root).Output()
	must(t, err)
	for _, path := range []string{"/internal/plugin", "k8s.io/cli-runtime", "github.com/schollz/progressbar"} {
		if strings.Contains(string(out), path) {
			t.Errorf("the operator imports %s", strings.TrimSpace(path))
		}
	}
}
